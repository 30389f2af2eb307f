import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { versionSortKey } from '#/domain/releases/version';
import { getDb, getPool } from '../db/client';
import { compareReleases } from '../releases/compare-releases';
import { ownArtifactFolder } from '../testing/artifact-folder';
import { makeGateway, makePerson } from '../testing/fleet-rows';
import { browseComponents } from './browse-components';
import { searchComponents } from './search-components';
import { uploadSbom } from './upload-sbom';

const folder = ownArtifactFolder();

async function makeRelease() {
  const version = `v${randomInt(100, 900_000)}.${randomInt(900_000)}.${randomInt(900_000)}`;
  const sha256 = randomBytes(32).toString('hex');
  await getDb().artifact.create({ data: { sha256, sizeBytes: 1 } });
  return getDb().release.create({
    data: {
      ...{ version, versionSortKey: versionSortKey(version), channel: 'stable', type: 'hotfix', severity: 'low', description: 'x' },
      ...{ artifactSha256: sha256, releasedAt: new Date() },
    },
  });
}
const component = (name: string, version: string, purl = `pkg:deb/debian/${name}@${version}`) => ({ type: 'library', name, version, purl });
const documentOf = (components: object[]) => JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.5', components });
const blobs = async () => (await readdir(folder(), { recursive: true, withFileTypes: true })).filter((one) => one.isFile()).length;

describe('a bill of materials', () => {
  it('is kept and searched; a newer one takes its place', async () => {
    const { actor } = await makePerson('release_manager');
    const [release, other] = [await makeRelease(), await makeRelease()];
    const name = `lib${randomUUID().slice(0, 8)}`;
    const first = documentOf([component(name, '3.0.9-1'), component('zlib', '1.2.13')]);
    expect(await uploadSbom(actor, { releaseId: release.id, document: first })).toMatchObject({ components: 2, specVersion: '1.5' });
    const second = documentOf([component(name.toUpperCase(), '3.0.10-1~deb12u1'), component('zlib', '1.2.13'), component('curl', '8')]);
    await uploadSbom(actor, { releaseId: release.id, document: second });
    await uploadSbom(actor, { releaseId: other.id, document: documentOf([component(name, '2024-05', 'pkg:generic/x@1')]) });
    expect(await getDb().sbomComponent.count({ where: { releaseId: release.id } })).toBe(3);
    expect(await getDb().sbom.count({ where: { releaseId: release.id } })).toBe(2);
    const page = await browseComponents(actor, { releaseId: release.id, limit: 2 });
    expect(page.rows.map((row) => row.name)).toEqual(['curl', name.toUpperCase()]);
    expect((await browseComponents(actor, { releaseId: release.id, limit: 2, cursor: page.nextCursor })).rows).toHaveLength(1);

    const [one, two, stranger] = [await makeGateway(), await makeGateway(), await makeGateway()];
    await getDb().gateway.update({ where: { id: one.id }, data: { activeVersion: release.version } });
    await getDb().gateway.update({ where: { id: two.id }, data: { activeVersion: other.version } });
    const search = (version: string, more = {}) => searchComponents(actor, { name, operator: '<', version, limit: 50, ...more });
    const found = await search('3.0.11');
    expect(found.rows.map(({ id, certain }) => [id, certain]).sort()).toEqual(
      [
        [one.id, true],
        [two.id, false],
      ].sort(),
    );
    expect(found.findings.map(({ verdict, scheme }) => [verdict, scheme]).sort()).toEqual([
      ['matches', 'debian'],
      ['not_comparable', null],
    ]);
    expect((await search('3.0.10-1~deb12u1')).rows.map(({ id }) => id)).toEqual([two.id]);
    const firstPage = await search('3.0.11', { limit: 1 });
    const lastPage = await search('3.0.11', { limit: 1, cursor: firstPage.nextCursor });
    expect(new Set([...firstPage.rows, ...lastPage.rows].map(({ id }) => id))).toEqual(new Set([one.id, two.id]));
    const { actor: viewer } = await makePerson('viewer', { siteId: stranger.siteId });
    expect(await searchComponents(viewer, { name, operator: 'any', limit: 50 })).toMatchObject({ rows: [], total: 0, unknownGateways: 1 });
    expect((await compareReleases(actor, { fromId: release.id, toId: other.id })).components?.removed.map((row) => row.name)).toContain(
      'curl',
    );
  });

  it('is refused whole, and leaves nothing behind', async () => {
    const { actor } = await makePerson('release_manager');
    const { id: releaseId } = await makeRelease();
    const before = await blobs();
    for (const document of ['{', '[]', documentOf([{ type: 'library' }])])
      await expect(uploadSbom(actor, { releaseId, document })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    const good = documentOf([component(randomUUID(), '1')]);
    await expect(uploadSbom(actor, { releaseId: randomUUID(), document: good })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(uploadSbom((await makePerson('operator')).actor, { releaseId, document: good })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    expect(await blobs()).toBe(before);
  });

  it('the search by name uses the index', async () => {
    const client = await getPool().connect();
    try {
      await client.query('BEGIN');
      await client.query('SET LOCAL enable_seqscan = off');
      const { rows } = await client.query(`EXPLAIN SELECT * FROM "SbomComponent" WHERE "nameKey" = 'openssl'`);
      expect(JSON.stringify(rows)).toContain('SbomComponent_nameKey_releaseId_idx');
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  });
});
