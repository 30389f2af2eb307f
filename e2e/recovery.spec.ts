/** Recovery as a program orders it, on a gateway of the demo: each step is done when the gateway has booted and proved it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { APIRequestContext } from '@playwright/test';
import { demoUser, expect, test } from './fixtures';

/** Parked, over LTE, which is slow and never gone (the radio mesh drops out now and then); of this file alone. */
const GATEWAY = 'MAA-Y-B15-RTG33-GW1';
const PREFIX = '/v1/cloud-integration';
type Json = Record<string, unknown>;
type File = [name: string, text: string];
type Snapshot = { id: string; state: string; bootable: boolean; version: string; type: string; restores: string | null };

test.describe.configure({ mode: 'serial' });

/** As they lie on the disk of the demo's gateway, without the agent's own mark. */
function configFiles(): File[] {
  const folder = join(process.env.FAIRLEAD_HOME ?? '.fairlead', 'fleet', GATEWAY, 'gateway/config');
  const names = readdirSync(folder).filter((name) => !name.startsWith('.'));
  return names.sort().map((name) => [name, readFileSync(join(folder, name), 'utf8')]);
}

/** Before the reset, and what the reset has made of it. */
let configBefore: File[] = [];
let backup: Snapshot | undefined;

/** As the supervisor; the answer has to be the expected one. */
function callerOf(request: APIRequestContext) {
  const headers = { authorization: `Bearer ${demoUser('supervisor').token}`, 'x-gateway-id': GATEWAY };
  const read = async (path: string) => {
    const answer = await request.get(`${PREFIX}${path}`, { headers });
    expect(answer.ok(), `${path}: ${await answer.text()}`).toBe(true);
    return (await answer.json()) as Json;
  };
  const order = async (path: string, data: Json) => {
    const answer = await request.post(`${PREFIX}${path}`, { headers, data });
    expect(answer.status(), `${path}: ${await answer.text()}`).toBe(200);
    return (await answer.json()) as Json;
  };
  const ends = (jobId: unknown, state: string) =>
    expect
      .poll(
        async () => {
          const { status, status_details, error } = await read(`/updates/progress?job_id=${jobId}`);
          return status === state ? state : JSON.stringify({ status, holds: (status_details as Json).holds, error });
        },
        { timeout: 240_000 },
      )
      .toBe(state);
  const partitions = async () => (await read('/gateway/status')).partitions as { active: Json; inactive: Json };
  const snapshots = async () => (await read('/recovery/status')).snapshots as Snapshot[];
  return { headers, read, order, ends, partitions, snapshots };
}

test('a snapshot is made, listed, and restored to the other partition', async ({ request }) => {
  const { order, ends, partitions, snapshots } = callerOf(request);
  const before = await partitions();
  const made = await order('/monitor/snapshot', { name: 'Before the encoder is replaced', compression: 'zstd' });
  await ends(made.job_id, 'completed');
  await expect
    .poll(async () => (await snapshots()).find(({ id }) => id === made.snapshot_id))
    .toMatchObject({ state: 'ready', bootable: true, type: 'manual', version: before.active.version });
  const restored = await order('/recovery/restore', {
    version: before.active.version,
    snapshot_id: made.snapshot_id,
    target_partition: before.inactive.id,
  });
  await ends(restored.job_id, 'completed');
  expect((await partitions()).active).toMatchObject({ id: before.inactive.id, version: before.active.version });
});

test('a debug bundle comes with what was asked for, and without the secrets that the gateway has', async ({ request }) => {
  const { read, headers } = callerOf(request);
  const ordered = await read('/monitor/debug');
  const url = new URL(ordered.download_url as string).pathname;
  await expect.poll(async () => (await request.get(url, { headers })).status(), { timeout: 120_000 }).toBe(200);
  const answer = await request.get(url, { headers });
  const text = gunzipSync(await answer.body()).toString('latin1');
  expect(text).toContain('manifest.json');
  expect(text).toContain(String(ordered.bundle_id));
  // network.json of the factory holds a pre-shared key (boot/fleet/factory-files.ts): its name is there, its value is not.
  expect(text).toContain('network.json');
  expect(text).toContain('"psk"');
  expect(text).not.toMatch(/"psk":\s*"[A-Za-z0-9_-]{20}"/);
});

// Each restart makes the signals prove themselves anew for half a minute before the next one may follow.
test('it goes back to the partition that it came from, with a diagnostic report', async ({ request }) => {
  const { order, ends, partitions } = callerOf(request);
  const { active, inactive } = await partitions();
  const action = inactive.id === 'A' ? 'rollback_to_a' : 'rollback_to_b';
  const back = await order('/recovery/rollback', { action, reason: 'the journey goes back', create_diagnostic_report: true });
  expect(back).toMatchObject({ from_version: active.version, to_version: inactive.version });
  expect(back.diagnostic_report_id).toMatch(/^DBG-/);
  await ends(back.job_id, 'completed');
  expect((await partitions()).active).toMatchObject({ id: inactive.id, version: inactive.version });
});

test('a factory reset makes its backup first, and the gateway comes back', async ({ request }) => {
  const { order, ends, snapshots, headers } = callerOf(request);
  const wish = { confirm: true, reset_type: 'config', reason: 'the journey wipes the configuration' };
  const wrong = await request.post(`${PREFIX}/recovery/factory`, { headers, data: { ...wish, pin: '000001' } });
  expect([wrong.status(), ((await wrong.json()) as Json).error_code]).toEqual([403, 'OTA_010']);
  configBefore = configFiles();
  expect(configBefore.map(([name]) => name)).toContain('plc.ini');
  const reset = await order('/recovery/factory', { ...wish, pin: demoUser('supervisor').pin });
  expect(reset.backup_created).toBe(true);
  await ends(reset.job_id, 'completed');
  const made = async () => {
    backup = (await snapshots()).find(({ id }) => id === reset.backup_id);
    return backup;
  };
  await expect.poll(made).toMatchObject({ state: 'ready', bootable: false, restores: 'files' });
  // The network's stays, as it was asked for; what else was there is gone.
  expect(configFiles().map(([name]) => name)).toEqual(['network.json']);
});

test('the backup is restored under the version that runs, and the configuration is as it was', async ({ request }) => {
  const { order, ends, partitions } = callerOf(request);
  const before = await partitions();
  const restored = await order('/recovery/restore', {
    version: backup?.version,
    snapshot_id: backup?.id,
    target_partition: before.active.id,
  });
  expect(restored.restores).toBe('files');
  await ends(restored.job_id, 'completed');
  expect((await partitions()).active).toMatchObject({ id: before.active.id, version: before.active.version });
  expect(configFiles()).toEqual(configBefore);
});
