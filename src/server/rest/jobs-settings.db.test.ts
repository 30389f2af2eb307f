import { beforeEach, describe, expect, it } from 'vitest';
import { getDb } from '../db/client';
import { call, makeWorld, type World } from './testing/rest-world';
import { walkJob } from './testing/walk-job';

let world: World;
beforeEach(async () => {
  world = await makeWorld();
});

async function startJob(): Promise<string> {
  const { body } = await call('POST', '/updates/download', {
    token: world.operator,
    body: { update_id: world.release.id, version: world.release.version, target_partition: 'B' },
  });
  return body.job_id as string;
}

describe('GET /jobs', () => {
  it('filters, counts today and pages without a gap or a repetition', async () => {
    const ids: string[] = [];
    for (const end of [['accept', 'start_download', 'fail'], ['cancel'], ['accept', 'start_download', 'finish_download']] as const) {
      const jobId = await startJob();
      await walkJob(jobId, [...end]);
      ids.push(jobId);
    }
    const list = async (query: string) => {
      const { status, body } = await call('GET', `/jobs${query}`, { token: world.viewer });
      expect(status).toBe(200);
      return body as unknown as { jobs: { id: string; status: string }[]; summary: unknown; next_cursor?: string };
    };
    const all = await list('');
    expect(all.jobs.map((job) => job.status)).toEqual(['completed', 'cancelled', 'failed']);
    expect(all.summary).toEqual({ active: 0, pending: 0, completed_today: 1, failed_today: 1 });
    expect((await list('?status=failed')).jobs.map((job) => job.id)).toEqual([ids[0]]);
    expect((await list('?type=rollback')).jobs).toEqual([]);
    const paged: string[] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined; ) {
      const page = await list(`?limit=1${cursor ? `&cursor=${cursor}` : ''}`);
      paged.push(...page.jobs.map((job) => job.id));
      cursor = page.next_cursor;
    }
    expect(paged).toEqual(ids.toReversed());
    expect((await call('GET', '/jobs?cursor=nonsense', { token: world.viewer })).body).toMatchObject({ code: 'VALIDATION_FAILED' });
  });

  it('a job that runs is active, with what it costs', async () => {
    const jobId = await startJob();
    const pending = await call('GET', '/jobs?status=pending', { token: world.viewer });
    expect(pending.body.jobs).toMatchObject([{ id: jobId, state: 'queued', cancelable: true, type: 'download', subtype: 'security' }]);
    await walkJob(jobId, ['accept', 'start_download']);
    await getDb().job.update({ where: { id: jobId }, data: { speedBytesPerSecond: 1_000_000 } });
    const active = await call('GET', '/jobs?status=active', { token: world.viewer });
    expect(active.body.jobs).toMatchObject([{ id: jobId, update: { size: '452 MB' }, estimated_completion: expect.any(String) }]);
    expect(active.body.summary).toMatchObject({ active: 1, pending: 0 });
  });
});

describe('POST /jobs/…', () => {
  it('cancels what was never sent, at once', async () => {
    const jobId = await startJob();
    const { status, body } = await call('POST', '/jobs/cancel', { token: world.operator, body: { job_id: jobId, reason: 'wrong one' } });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'cancelled',
      job_id: jobId,
      cleanup_performed: true,
      partial_data_removed: false,
      can_restart: true,
    });
    const again = await call('POST', '/jobs/cancel', { token: world.operator, body: { job_id: jobId, reason: 'once more' } });
    expect([again.status, again.body.error_code]).toEqual([404, 'OTA_013']);
  });

  it('nobody stops a job whose bootloader is switched: OTA_014', async () => {
    const jobId = await startJob();
    await walkJob(jobId, ['accept', 'start_download', 'finish_download', 'start_verify', 'start_write', 'finish_write', 'switch_slot']);
    for (const action of ['cancel', 'pause']) {
      const { status, body } = await call('POST', `/jobs/${action}`, { token: world.operator, body: { job_id: jobId, reason: 'stop' } });
      expect([status, body.error_code]).toEqual([409, 'OTA_014']);
    }
  });

  it('only a paused job is resumed', async () => {
    const jobId = await startJob();
    const { status, body } = await call('POST', '/jobs/resume', { token: world.operator, body: { job_id: jobId, reason: 'go' } });
    expect([status, body.error_code]).toEqual([409, 'OTA_014']);
  });

  it('a gateway that does not answer: OTA_004, and the order stays queued', async () => {
    const jobId = await startJob();
    await walkJob(jobId, ['accept', 'start_download']);
    const { status, body, headers } = await call('POST', '/jobs/pause', {
      token: world.operator,
      body: { job_id: jobId, reason: 'crane is needed' },
    });
    expect([status, body.error_code, headers.get('retry-after')]).toEqual([503, 'OTA_004', '5']);
    expect(await getDb().outboxCommand.count({ where: { jobId, name: 'job.pause', answeredAt: null } })).toBe(1);
  });

  it('a viewer may look, not act', async () => {
    const jobId = await startJob();
    const { status, body } = await call('POST', '/jobs/cancel', { token: world.viewer, body: { job_id: jobId, reason: 'no' } });
    expect([status, body.code]).toEqual([403, 'FORBIDDEN']);
  });

  it("another site's job does not exist, nor does a job of another gateway than the one that is named", async () => {
    const jobId = await startJob();
    const other = await makeWorld();
    const foreign = await call('POST', '/jobs/cancel', { token: other.operator, body: { job_id: jobId, reason: 'no' } });
    expect([foreign.status, foreign.body.error_code]).toEqual([404, 'OTA_013']);
    const mistaken = await call('GET', `/updates/progress?job_id=${jobId}`, {
      token: world.operator,
      headers: { 'x-gateway-id': other.gateway.id },
    });
    expect([mistaken.status, mistaken.body.code]).toEqual([404, 'GATEWAY_NOT_FOUND']);
  });
});

describe('settings', () => {
  const update = (body: unknown) => call('POST', '/settings/update', { token: world.supervisor, body });

  it('changes a part, tells what changed, orders the agent, and records who did it', async () => {
    const before = await call('GET', '/settings', { token: world.viewer });
    expect(before.body).toMatchObject({
      version: 0,
      maintenance_window: { timezone: 'Europe/Amsterdam' },
      channels: { current: 'stable' },
    });
    const { status, body } = await update({ auto_update: { enabled: true, auto_rollback: true }, channels: { current: 'beta' } });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'updated',
      restart_required: false,
      changes: { 'auto_update.enabled': { old: false, new: true }, 'channels.current': { old: 'stable', new: 'beta' } },
    });
    expect(Object.keys(body.changes as object)).toHaveLength(2);
    expect((await call('GET', '/settings', { token: world.viewer })).body).toMatchObject({ version: 1, auto_update: { enabled: true } });
    expect(await getDb().outboxCommand.findMany({ where: { gatewayId: world.gateway.id } })).toMatchObject([
      { name: 'settings.apply', body: { version: 1, settings: { auto_update: { enabled: true } } } },
    ]);
    expect(await getDb().auditEvent.findMany({ where: { objectId: world.gateway.id } })).toMatchObject([
      { name: 'settings.changed', actorType: 'token' },
    ]);
  });

  it('what was read may be sent back: nothing changes', async () => {
    const { body: settings } = await call('GET', '/settings', { token: world.supervisor });
    const { body } = await update(settings);
    expect(body).toMatchObject({ status: 'updated', changes: {}, version: 0 });
  });

  it.each([
    [{ auto_update: { enabled: true, autoreboot: true }, colour: 'red' }, ['auto_update.autoreboot', 'colour']],
    [
      { auto_update: { enabled: 'yes' }, safety_constraints: { minimum_battery_level: 101 } },
      ['auto_update.enabled', 'safety_constraints.minimum_battery_level'],
    ],
    [{ maintenance_window: { timezone: 'Mars/Olympus' } }, ['maintenance_window.timezone']],
    [{ maintenance_window: { time: '25:00' } }, ['maintenance_window.time']],
    [{ update_strategy: null }, ['update_strategy']],
    ['[]', ['']],
  ])('%j is refused whole', async (body, paths) => {
    const answer = await update(body);
    expect([answer.status, answer.body.code]).toEqual([400, 'VALIDATION_FAILED']);
    const { fields } = answer.body.details as unknown as { fields: { path: string }[] };
    expect(fields.map((field) => field.path).sort()).toEqual([...paths].sort());
    expect(await getDb().gatewaySettings.count({ where: { gatewayId: world.gateway.id } })).toBe(0);
  });

  it('an edit of an older version is a conflict', async () => {
    await update({ update_strategy: 'immediate', version: 0 });
    const late = await update({ update_strategy: 'maintenance', version: 0 });
    expect([late.status, late.body.code]).toEqual([409, 'CONFLICT']);
  });

  it('an operator may read them only', async () => {
    expect((await call('POST', '/settings/update', { token: world.operator, body: {} })).status).toBe(403);
    expect((await call('GET', '/settings', { token: world.operator })).status).toBe(200);
  });
});
