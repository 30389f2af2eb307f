import { createHash, randomInt, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { versionSortKey } from '#/domain/releases/version';
import { systemActor } from '#/server/access/actor';
import { getDb } from '#/server/db/client';
import { makeGateway } from '#/server/testing/fleet-rows';
import { addKey } from '#/server/trust/change-keys';
import { GpgHome } from '#/trust/testing/gpg-home';
import { ask, run } from '../testing/run';

let folder = '';
let gpg: GpgHome;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-cli-downgrade-'));
  gpg = new GpgHome();
});
afterAll(async () => {
  gpg.remove();
  await rm(folder, { recursive: true, force: true });
});

it('a permission to downgrade is printed, signed elsewhere, brought, listed and taken back', async () => {
  const fingerprint = gpg.makeKey(`Downgrade ${randomUUID()}`);
  const officer = { ...systemActor('officer'), grants: [{ role: 'key_officer' as const, siteId: null }] };
  await addKey(officer, { label: 'Test', body: gpg.exported(fingerprint).body, purposes: ['downgrade'] });
  const [version, sha256] = [`v${randomInt(1000, 900_000)}.0.0`, createHash('sha256').update(randomUUID()).digest('hex')];
  await getDb().artifact.create({ data: { sha256, sizeBytes: 1000 } });
  const about = { channel: 'stable', type: 'hotfix', severity: 'low', description: 'x', hardware: [randomUUID()], releasedAt: new Date() };
  await getDb().release.create({ data: { ...about, version, versionSortKey: versionSortKey(version), artifactSha256: sha256 } });
  const { id } = await makeGateway();
  const { name } = await getDb().gateway.findUniqueOrThrow({ where: { id } });

  expect(await run(['downgrade', 'text', version, '--from', 'v99.0.0', '--days', '31'])).toMatchObject({ exitCode: 2 });
  const { exitCode, out } = await run(['downgrade', 'text', version, '--from', 'v99.0.0', '--gateway', name, '--days', '2']);
  expect({ exitCode, permit: JSON.parse(out) }).toMatchObject({ exitCode: 0, permit: { gatewayId: id, fromVersion: 'v99.0.0', sha256 } });

  const [text, signature] = [join(folder, 'permit.json'), join(folder, 'permit.json.sig')];
  await writeFile(text, out);
  await writeFile(signature, gpg.sign('something else', fingerprint));
  const allow = ['downgrade', 'allow', version, text, '--signature', signature];
  expect(await run(allow)).toMatchObject({ exitCode: 1, out: '', err: expect.stringContaining('No downgrade key has signed this text') });
  await writeFile(signature, gpg.sign(out, fingerprint));
  const { permit_id } = await ask<{ permit_id: string }>(allow);

  const list = async () => (await run(['downgrade', 'list', version])).out;
  expect(await list()).toMatch(new RegExp(`${permit_id} +v99\\.0\\.0 +${name} .*holds`));
  expect(await ask(['downgrade', 'end', permit_id, '--reason', 'it went well'])).toEqual({ ended: true, jobs_cancelled: 0 });
  expect(await list()).toContain('ended: it went well');
  const again = await run(['downgrade', 'end', permit_id, '--reason', 'it went well']);
  expect(again).toMatchObject({ exitCode: 1, err: expect.stringContaining('ended already') });
});
