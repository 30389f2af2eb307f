import { createHash, randomBytes, randomInt } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { encodeImageManifest } from '#/domain/releases/image-manifest';
import { versionSortKey } from '#/domain/releases/version';
import { systemActor } from '../access/actor';
import { artifactFile } from '../artifacts/artifact-folder';
import { getDb } from '../db/client';
import { ownArtifactFolder } from '../testing/artifact-folder';
import { makeGateway, makePerson } from '../testing/fleet-rows';
import { checkUpdates } from './check-updates';
import { publishRelease } from './publish-release';
import { withdrawRelease } from './withdraw-release';

const actor = systemActor('test');
const newVersion = () => `v${randomInt(100, 900_000)}.${randomInt(900_000)}.${randomInt(900_000)}`;
const fields = { channel: 'stable', type: 'security', severity: 'high', description: 'A test' } as const;
const folder = ownArtifactFolder();

async function* chunks(...parts: Uint8Array[]) {
  yield* parts;
}

/** Every file of the store. */
async function stored(): Promise<string[]> {
  const entries = await readdir(folder(), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

describe('publishing a release', () => {
  it('stores the image, makes the row and the event, and offers it to gateways until it is withdrawn', async () => {
    const [version, image] = [newVersion(), randomBytes(300_000)];
    const input = { ...fields, version, changelog: ['One', 'Two'], hardware: ['h'], prerequisites: ['v1.0.0+'] };
    const made = await publishRelease(actor, input, chunks(image.subarray(0, 100), image.subarray(100)));
    const sha256 = createHash('sha256').update(image).digest('hex');
    expect(made).toMatchObject({ version, sha256, sizeBytes: 300_000 });
    expect(await readFile(artifactFile(sha256))).toEqual(image);
    const row = await getDb().release.findUniqueOrThrow({ where: { id: made.releaseId } });
    expect(row).toMatchObject({ ...input, versionSortKey: versionSortKey(version), signature: 'unverified', state: 'published' });
    const event = await getDb().auditEvent.findFirstOrThrow({ where: { name: 'release.published', objectId: made.releaseId } });
    expect(event.data).toEqual({ version, channel: 'stable', type: 'security', severity: 'high', sha256, sizeBytes: 300_000 });

    const gateway = await makeGateway();
    const offered = async () => (await checkUpdates(actor, { gatewayId: gateway.id })).updates.find((one) => one.version === version);
    expect(await offered()).toMatchObject({ id: made.releaseId, compatible: true, sizeBytes: 300_000, changelog: ['One', 'Two'] });
    expect(await withdrawRelease(actor, { version, reason: 'It was wrong' })).toBe(true);
    expect(await offered()).toBeUndefined();
    expect(await withdrawRelease(actor, { version })).toBe(false);
    const events = await getDb().auditEvent.findMany({ where: { name: 'release.withdrawn', objectId: made.releaseId } });
    expect(events).toMatchObject([{ reason: 'It was wrong' }]);
  });

  it('a version that exists is a conflict, in every spelling of its rank, and its image does not stay', async () => {
    const version = newVersion();
    await publishRelease(actor, { ...fields, version }, chunks(randomBytes(50)));
    const before = await stored();
    for (const again of [version, `${version}+build.7`])
      await expect(publishRelease(actor, { ...fields, version: again }, chunks(randomBytes(60)))).rejects.toMatchObject({
        code: 'CONFLICT',
      });
    expect(await stored()).toEqual(before);
  });

  it('two at once: one release, and the image of the other does not stay', async () => {
    const version = newVersion();
    const before = await stored();
    const both = await Promise.allSettled(
      [1, 2].map((size) => publishRelease(actor, { ...fields, version }, chunks(randomBytes(size * 1000)))),
    );
    expect(both.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await stored()).toHaveLength(before.length + 1);
  });

  it('two releases may have the same image; refusing a third keeps it', async () => {
    const [first, image] = [newVersion(), randomBytes(70)];
    const { sha256 } = await publishRelease(actor, { ...fields, version: first }, chunks(image));
    await publishRelease(actor, { ...fields, version: newVersion() }, chunks(image));
    await expect(publishRelease(actor, { ...fields, version: first }, chunks(image))).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await readFile(artifactFile(sha256))).toEqual(image);
  });

  it('a full disk is one sentence, and nothing is left behind', async () => {
    const before = await stored();
    async function* full() {
      yield randomBytes(10);
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    }
    const version = newVersion();
    await expect(publishRelease(actor, { ...fields, version }, full())).rejects.toMatchObject({
      code: 'INSUFFICIENT_DISK_SPACE',
      message: `There is no room for the image in ${folder()}.`,
    });
    expect(await stored()).toEqual(before);
    expect(await getDb().release.count({ where: { version } })).toBe(0);
  });

  it('an image that is empty or says another version is refused', async () => {
    const before = await stored();
    const head = encodeImageManifest({ version: 'v1.2.3', build_id: 'b', kernel: 'k', os_version: 'o' });
    const version = newVersion();
    const rejected = (image: AsyncIterable<Uint8Array>) =>
      expect(publishRelease(actor, { ...fields, version }, image)).rejects.toMatchObject({ code: 'INVALID_UPDATE_FILE' });
    await rejected(chunks());
    await rejected(chunks(head.subarray(0, 1000), head.subarray(1000), randomBytes(10)));
    expect(await stored()).toEqual(before);
  });

  it.each([{ version: '5.0.5' }, { version: 'latest' }, { prerequisites: ['5+'] }, { description: ' ' }])(
    '%j is refused',
    async (wrong) => {
      await expect(publishRelease(actor, { ...fields, version: newVersion(), ...wrong }, chunks())).rejects.toThrow(/version|empty/);
    },
  );

  it('needs release.write at every site', async () => {
    const site = (await makeGateway()).siteId;
    for (const { actor: person } of [await makePerson('supervisor'), await makePerson('admin', { siteId: site })]) {
      await expect(publishRelease(person, { ...fields, version: newVersion() }, chunks())).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await expect(withdrawRelease(person, { version: 'v1.0.0' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    }
  });
});
