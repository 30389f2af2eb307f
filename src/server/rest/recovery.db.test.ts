import { createHash, randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { getArtifactStore } from '../artifacts/get-store';
import { getDb } from '../db/client';
import { makePinned, PIN, putCalmSignals } from '../overrides/testing/override-world';
import { receiveBundle } from '../recovery/receive-bundle';
import { makeRecoveryWorld, PROVEN, putSnapshot, setRules } from '../recovery/testing/recovery-world';
import { type Body, call } from './testing/rest-world';
import { walkJob } from './testing/walk-job';

type World = Awaited<ReturnType<typeof makeRecoveryWorld>> & { operator: string; supervisor: string };

async function world(): Promise<World> {
  const made = await makeRecoveryWorld();
  const [operator, supervisor] = [await makePinned('operator', made.site.id), await makePinned('supervisor', made.site.id)];
  return { ...made, operator: operator.token, supervisor: supervisor.token };
}

const post = (path: string, token: string, { gateway }: World, body: Body) =>
  call('POST', path, { token, body: { gateway_id: gateway.id, ...body } });
const get = (path: string, token: string, { gateway }: World) =>
  call('GET', `${path}${path.includes('?') ? '&' : '?'}gateway_id=${gateway.id}`, { token });
const factory = { pin: PIN, confirm: true, reset_type: 'config', reason: 'the gateway moves to another crane' };

describe('GET /recovery/status', () => {
  it('tells image, snapshots on the gateway, and what is possible', async () => {
    const w = await world();
    await putSnapshot(w.gateway, { id: `SNP-${randomBytes(4).toString('hex').toUpperCase()}`, sizeBytes: 452_000_000n });
    await putSnapshot(w.gateway, { state: 'lost' });
    await getDb().recoveryImage.create({
      data: {
        gatewayId: w.gateway.id,
        present: true,
        version: 'v0.1.0',
        sizeBytes: 100_000_000n,
        sha256: 'a'.repeat(64),
        reportedAt: new Date(),
      },
    });
    const { body } = await get('/recovery/status', w.operator, w);
    expect(body).toMatchObject({
      recovery_image: { present: true, version: 'v0.1.0', size: '100 MB', checksum: `sha256:${'a'.repeat(64)}` },
      snapshots: [{ type: 'manual', size: '452 MB', size_bytes: 452_000_000, version: PROVEN, partition: 'A', bootable: true }],
      recovery_options: { rollback_enabled: true, factory_reset_enabled: true, max_snapshots: 10, snapshot_retention_days: 30 },
    });
    expect((body.snapshots as unknown[]).length).toBe(1);
  });

  it('says null for an image that the gateway has not reported', async () => {
    const w = await world();
    expect((await get('/recovery/status', w.operator, w)).body.recovery_image).toMatchObject({ present: null, version: null, size: null });
  });
});

describe('POST /recovery/rollback', () => {
  it('starts one, says what it will do, and gives the first answer again for the same key', async () => {
    const w = await world();
    const body = { gateway_id: w.gateway.id, action: 'rollback_to_b', reason: 'it loses the signal', create_diagnostic_report: true };
    const headers = { 'idempotency-key': `k-${w.gateway.id}` };
    const first = await call('POST', '/recovery/rollback', { token: w.operator, body, headers });
    expect(first).toMatchObject({
      status: 200,
      body: { status: 'rolling_back', action: 'switch_to_partition_b', from_version: 'v1.0.0', to_version: PROVEN, data_preserved: true },
    });
    expect(first.body.diagnostic_report_id).toMatch(/^DBG-/);
    const again = await call('POST', '/recovery/rollback', { token: w.operator, body, headers });
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    const jobs = (await get('/jobs?type=rollback', w.operator, w)).body.jobs as Body[];
    expect(jobs).toMatchObject([{ id: first.body.job_id, type: 'rollback', subtype: null, status: 'pending' }]);
    const progress = await call('GET', `/updates/progress?job_id=${first.body.job_id}`, { token: w.operator });
    expect(progress.body).toMatchObject({ status: 'queued', update: { version: PROVEN, target_partition: 'B' } });
  });

  it('is OTA_012 to the running partition, OTA_001 when a job runs, OTA_002 and OTA_015 when it is to be immediate and may not', async () => {
    const w = await world();
    const ask = (more: Body) => post('/recovery/rollback', w.operator, w, { action: 'rollback_to_b', reason: 'a test', ...more });
    expect(await ask({ action: 'rollback_to_a' })).toMatchObject({
      status: 409,
      body: { error_code: 'OTA_012', code: 'ROLLBACK_NOT_AVAILABLE' },
    });
    await putCalmSignals(w.gateway.id, 10);
    expect(await ask({ strategy: 'immediate' })).toMatchObject({ status: 400, body: { error_code: 'OTA_002', code: 'UPDATE_BLOCKED' } });
    const window = { enabled: true, schedule: 'daily', time: hoursFromNow(6), duration: 3600, timezone: 'UTC' };
    expect((await post('/settings/update', w.supervisor, w, { maintenance_window: window })).status).toBe(200);
    expect(await ask({ strategy: 'immediate' })).toMatchObject({ status: 409, body: { error_code: 'OTA_015' } });
    expect((await ask({})).status).toBe(200);
    expect(await ask({})).toMatchObject({ status: 409, body: { error_code: 'OTA_001' } });
    expect(await post('/updates/install', w.operator, w, { job_id: await newest(w), strategy: 'seamless' })).toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_FAILED' },
    });
  });
});

function hoursFromNow(hours: number): string {
  return new Date(Date.now() + hours * 3_600_000).toISOString().slice(11, 16);
}

async function newest({ gateway }: World): Promise<string> {
  return (await getDb().job.findFirstOrThrow({ where: { gatewayId: gateway.id, finishedAt: null } })).id;
}

describe('POST /recovery/restore and /monitor/snapshot', () => {
  it('a snapshot is a job, and is restored when the gateway has listed it', async () => {
    const w = await world();
    const made = await post('/monitor/snapshot', w.operator, w, {
      name: 'Before',
      include_logs: true,
      compression: 'zstd',
      priority: 'normal',
    });
    expect(made).toMatchObject({ status: 200, body: { status: 'snapshot_started', name: 'Before' } });
    const id = made.body.snapshot_id as string;
    expect((await getDb().snapshot.findUniqueOrThrow({ where: { id } })).contents).toEqual(['image', 'data', 'config', 'logs']);
    const body = { version: 'v1.0.0', snapshot_id: id, target_partition: 'B' };
    expect(await post('/recovery/restore', w.supervisor, w, body)).toMatchObject({ status: 409, body: { error_code: 'OTA_012' } });
    await walkJob(made.body.job_id as string, ['accept', 'start_capture', 'complete']);
    await getDb().snapshot.update({ where: { id }, data: { state: 'ready', bootable: true, sha256: 'a'.repeat(64), sizeBytes: 7n } });
    expect((await post('/recovery/restore', w.operator, w, body)).status).toBe(403);
    expect(await post('/recovery/restore', w.supervisor, w, { ...body, target_partition: 'A' })).toMatchObject({
      body: { error_code: 'OTA_008' },
    });
    expect(await post('/recovery/restore', w.supervisor, w, body)).toMatchObject({
      status: 200,
      body: { status: 'restoring', snapshot_id: id },
    });
    const [job] = (await get('/jobs?status=pending', w.operator, w)).body.jobs as Body[];
    expect(job).toMatchObject({ type: 'rollback', subtype: 'restore' });
    const done = (await get('/jobs?type=snapshot', w.operator, w)).body.jobs as Body[];
    expect(done).toMatchObject([{ status: 'completed', progress: 100 }]);
  });

  it('one without an image comes back under the version that runs: the running partition is named, and stays', async () => {
    const w = await world();
    const { id } = await putSnapshot(w.gateway, { bootable: false, slot: null, contents: ['data', 'config'] });
    const listed = async () => ((await get('/recovery/status', w.operator, w)).body.snapshots as Body[])[0];
    const body = { version: PROVEN, snapshot_id: id, target_partition: 'A' };
    // An agent that has not said that it can.
    expect(await listed()).toMatchObject({ id, restores: null, not_restorable: expect.stringContaining('too old') });
    expect(await post('/recovery/restore', w.supervisor, w, body)).toMatchObject({ status: 409, body: { error_code: 'OTA_012' } });
    await getDb().gateway.update({ where: { id: w.gateway.id }, data: { restoresFiles: true } });
    expect(await listed()).toMatchObject({ id, restores: 'files', not_restorable: null });
    const other = await post('/recovery/restore', w.supervisor, w, { ...body, target_partition: 'B' });
    expect(other).toMatchObject({ status: 400, body: { error_code: 'OTA_008', message: expect.stringContaining('holds no image') } });
    const started = await post('/recovery/restore', w.supervisor, w, body);
    expect(started).toMatchObject({ status: 200, body: { status: 'restoring', restores: 'files', version: PROVEN, snapshot_id: id } });
    const jobId = started.body.job_id as string;
    const [job] = (await get('/jobs?status=pending', w.operator, w)).body.jobs as Body[];
    expect(job).toMatchObject({
      type: 'rollback',
      subtype: 'restore_files',
      update: { version: 'v1.0.0' },
      details: { target_partition: 'A' },
    });
    const progress = async () => (await call('GET', `/updates/progress?job_id=${jobId}`, { token: w.operator })).body;
    await walkJob(jobId, ['accept', 'start_verify']);
    expect(await progress()).toMatchObject({ status: 'verifying', progress: { current_operation: 'verifying_snapshot' } });
    await walkJob(jobId, ['start_write']);
    expect(await progress()).toMatchObject({ status: 'installing', progress: { current_operation: 'restoring_files' } });
    await walkJob(jobId, ['finish_write', 'switch_slot']);
    expect(await progress()).toMatchObject({ status: 'rebooting' });
    await walkJob(jobId, ['boot', 'roll_back'], { errorCode: 'INTERNAL', message: 'not healthy with the restored files' });
    expect(await progress()).toMatchObject({ status: 'rolled_back', error: { message: expect.stringContaining('not healthy') } });
  });
});

describe('POST /recovery/factory', () => {
  it('is OTA_010 for a wrong PIN, OTA_011 where the policy forbids, 400 without confirmation', async () => {
    const w = await world();
    const ask = (more: Body = {}) => post('/recovery/factory', w.supervisor, w, { ...factory, ...more });
    expect(await ask({ pin: '000001' })).toMatchObject({ status: 403, body: { error_code: 'OTA_010' } });
    expect(await ask({ confirm: false })).toMatchObject({ status: 400, body: { details: { fields: [{ path: 'confirm' }] } } });
    await setRules(w.site.id, { factoryReset: false });
    expect(await ask()).toMatchObject({ status: 403, body: { error_code: 'OTA_011', code: 'FACTORY_RESET_NOT_ALLOWED' } });
    await setRules(w.site.id, {});
    const started = await ask();
    expect(started).toMatchObject({ status: 200, body: { status: 'factory_reset_started', backup_created: true } });
    expect(started.body.backup_location).toContain(String(started.body.backup_id));
  });

  it('is 202 where the policy asks for another person', async () => {
    const w = await world();
    await setRules(w.site.id, { resetApprovers: 1 });
    const answer = await post('/recovery/factory', w.supervisor, w, { ...factory, backup_config: false });
    expect(answer).toMatchObject({ status: 202, body: { status: 'pending_approval', approvals_needed: 1, backup_created: false } });
  });
});

describe('debug bundles', () => {
  const bytes = randomBytes(2_000_003);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  let w: World;
  let id = '';
  const download = (token: string, method: 'GET' | 'HEAD' = 'GET') =>
    call('GET', `/monitor/debug/download/${id}.tar.gz`, { token, method });

  beforeAll(async () => {
    w = await world();
  });

  it('are ordered once however often they are asked for while they are made; 202 until the bytes are there', async () => {
    const ordered = await get('/monitor/debug?include_config=false', w.supervisor, w);
    expect(ordered).toMatchObject({ status: 200, body: { status: 'generating', contents: ['logs', 'system_info'] } });
    id = ordered.body.bundle_id as string;
    expect(ordered.body.download_url).toContain(`/monitor/debug/download/${id}.tar.gz`);
    expect((await get('/monitor/debug?include_config=0', w.supervisor, w)).body.bundle_id).toBe(id);
    expect(await download(w.supervisor)).toMatchObject({ status: 202, body: { status: 'generating', bundle_id: id } });
    expect((await get('/monitor/debug?include_logs=0&include_config=0&include_system_info=0', w.supervisor, w)).status).toBe(400);
  });

  it('come byte for byte to who may read them, and every download is audited', async () => {
    const source = (async function* () {
      yield bytes;
    })();
    expect(await receiveBundle(w.gateway.id, id, source, { sizeBytes: bytes.length, sha256 })).toBe('stored');
    expect((await download(w.operator)).status).toBe(403);
    const head = await download(w.supervisor, 'HEAD');
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(bytes.length)]);
    const answer = await download(w.supervisor);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/gzip');
    expect(Buffer.from(await answer.response.arrayBuffer()).equals(bytes)).toBe(true);
    const row = await getDb().debugBundle.findUniqueOrThrow({ where: { id } });
    expect(row.downloads).toBe(1);
    expect(await getDb().auditEvent.count({ where: { objectId: id, name: 'bundle.downloaded' } })).toBe(1);
  });

  it('are 410 after their time, 404 for who may not see the gateway', async () => {
    const stranger = await world();
    expect((await download(stranger.supervisor)).status).toBe(404);
    await getDb().debugBundle.update({ where: { id }, data: { expiresAt: new Date() } });
    expect(await download(w.supervisor)).toMatchObject({ status: 410, body: { code: 'GONE' } });
    expect(await getArtifactStore().has(sha256)).toBe(true);
  });
});
