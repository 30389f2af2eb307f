import { beforeEach, describe, expect, it } from 'vitest';
import { getDb } from '../db/client';
import { call, makeWorld, putSignals, type World } from './testing/rest-world';
import { walkJob } from './testing/walk-job';

let world: World;
beforeEach(async () => {
  world = await makeWorld();
  await putSignals(world.gateway.id);
});

const download = (changes: Record<string, unknown> = {}) =>
  call('POST', '/updates/download', {
    token: world.operator,
    body: { update_id: world.release.id, version: world.release.version, target_partition: 'B', ...changes },
  });
const progress = async (query: string) => (await call('GET', `/updates/progress${query}`, { token: world.operator })).body as never;
const install = (jobId: string, changes: Record<string, unknown> = {}) =>
  call('POST', '/updates/install', {
    token: world.operator,
    body: { job_id: jobId, strategy: 'seamless', reboot_after: true, ...changes },
  });

it('the answer to a download names the smaller limit of gateway and site, and is no faster than it', async () => {
  const { id, siteId } = world.gateway;
  await getDb().site.update({ where: { id: siteId }, data: { downloadBytesPerSecond: 1_000_000 } });
  await getDb().gateway.update({ where: { id }, data: { downloadBytesPerSecond: 452_000 } });
  expect((await download()).body).toMatchObject({ download_speed_limit: 452_000, estimated_time: 1000 });
});

describe('the update of the seed, from the check to the end', () => {
  it('downloads, rests, installs under the same job id, reboots and completes', async () => {
    const started = await download();
    expect(started.status).toBe(200);
    expect(started.body).toMatchObject({
      status: 'started',
      update: { id: world.release.id, size: 452, size_unit: 'MB', type: 'security', severity: 'high' },
      target_partition: 'B',
      download_speed_limit: 0,
      resumable: true,
      cancelable: true,
    });
    const jobId = started.body.job_id as string;
    const query = `?job_id=${jobId}`;
    expect(await progress(query)).toMatchObject({ status: 'queued', job_id: jobId, progress: { percentage: 0, total: '452 MB' } });

    await walkJob(jobId, ['accept', 'start_download']);
    await getDb().job.update({
      where: { id: jobId },
      data: { percent: 50.127, bytesDone: 226_000_000n, speedBytesPerSecond: 5_200_000, connections: 1, retries: 2 },
    });
    expect(await progress('')).toMatchObject({
      status: 'downloading',
      progress: {
        percentage: 50.12,
        speed: '5.2 MB/s',
        speed_bytes_per_second: 5_200_000,
        downloaded: '226 MB',
        eta: '00:44',
        eta_seconds: 44,
      },
      update: { version: world.release.version, type: 'security', target_partition: 'B' },
      status_details: { bytes_downloaded: 226_000_000, bytes_total: 452_000_000, connections: 1, errors: 0, retries: 2 },
    });
    await walkJob(jobId, ['finish_download']);
    expect(await progress(query)).toMatchObject({
      status: 'downloaded',
      progress: { percentage: 100, downloaded: '452 MB', eta: '00:00' },
    });

    const ordered = await install(jobId, { verify_installation: false });
    expect(ordered.status).toBe(200);
    expect(ordered.body).toMatchObject({ status: 'installing', job_id: jobId, progress: 0, next_steps: expect.any(Array) });
    expect(ordered.body.warning).toContain('proves its health all the same');
    // The next poll must not look as if nothing had been ordered.
    expect(await progress(query)).toMatchObject({ status: 'installing', job_id: jobId, progress: { percentage: 0 } });
    const seen = async (events: Parameters<typeof walkJob>[1]) => {
      await walkJob(jobId, events);
      return (await progress(query)) as { status: string };
    };
    expect((await seen(['start_verify'])).status).toBe('verifying');
    expect((await seen(['start_write'])).status).toBe('installing');
    expect((await seen(['finish_write', 'switch_slot'])).status).toBe('rebooting');
    expect((await seen(['boot'])).status).toBe('health_check');
    expect(await seen(['confirm'])).toMatchObject({ status: 'completed', progress: { percentage: 100, eta: '00:00' } });

    const history = await call('GET', '/history/updates', { token: world.viewer });
    expect(history.body).toMatchObject({
      history: [
        {
          id: ordered.body.installation_id,
          job_id: jobId,
          status: 'success',
          rollback: false,
          size: '452 MB',
          details: { changelog: ['closes a hole'], safety_check: 'passed', verification: 'passed' },
        },
      ],
      statistics: { total_updates: 1, success_rate: '100%', last_failure: null },
    });
  });

  it('a waiting job says why', async () => {
    const jobId = (await download()).body.job_id as string;
    await getDb().gateway.update({ where: { id: world.gateway.id }, data: { connected: false } });
    expect(await progress(`?job_id=${jobId}`)).toMatchObject({
      status: 'queued',
      progress: { eta: null },
      status_details: { waiting_for: 'gateway_online', holds: [{ kind: 'gateway_offline' }] },
    });
  });

  it('a failure has its code', async () => {
    const jobId = (await download()).body.job_id as string;
    await walkJob(jobId, ['accept', 'start_download']);
    await walkJob(jobId, ['fail'], { errorCode: 'CHECKSUM_MISMATCH', message: 'the bytes differ' });
    expect(await progress(`?job_id=${jobId}`)).toMatchObject({
      status: 'failed',
      error: { code: 'CHECKSUM_MISMATCH', error_code: 'OTA_007', message: 'the bytes differ' },
    });
    const { body } = await call('GET', '/history/updates?status=failed&type=security', { token: world.viewer });
    expect(body).toMatchObject({
      history: [
        {
          error: 'the bytes differ',
          error_code: 'OTA_007',
          details: { verification: 'failed' },
          error_details: { expected: world.release.artifactSha256 },
        },
      ],
      statistics: { total_updates: 1, success_rate: '0%', average_duration: null },
    });
  });
});

describe('what a download is refused for', () => {
  it.each([
    ['the running partition', { target_partition: 'A' }, 400, 'OTA_008'],
    ['another version', { version: 'v9.9.9' }, 400, undefined],
    ['an update that does not exist', { update_id: 'nonsense' }, 404, undefined],
  ])('%s', async (_name, changes, status, errorCode) => {
    const answer = await download(changes);
    expect([answer.status, answer.body.error_code]).toEqual([status, errorCode]);
  });

  it('a second one at once: OTA_001 with the job that is in the way', async () => {
    const jobId = (await download()).body.job_id;
    const second = await download();
    expect([second.status, second.body.error_code]).toEqual([409, 'OTA_001']);
    expect(second.body.details).toMatchObject({ job_id: jobId });
  });
});

describe('strategies of an install', () => {
  const downloaded = async () => {
    const jobId = (await download()).body.job_id as string;
    await walkJob(jobId, ['accept', 'start_download', 'finish_download']);
    return jobId;
  };
  /** A window that is a whole day long, or one that opens half a day from now. */
  const setWindow = (window: Record<string, unknown>) =>
    call('POST', '/settings/update', { token: world.supervisor, body: { maintenance_window: { timezone: 'Etc/UTC', ...window } } });
  const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(11, 16);

  it('maintenance waits for the window', async () => {
    const jobId = await downloaded();
    await setWindow({ time: inHours(12), duration: 3600 });
    const { body } = await install(jobId, { strategy: 'maintenance' });
    expect(body).toMatchObject({ status: 'scheduled', scheduled_for: expect.stringMatching(/Z$/) });
    expect(Date.parse(body.scheduled_for as string)).toBeGreaterThan(Date.now());
  });

  it('immediate outside the window: OTA_015 with the window and the next opening', async () => {
    const jobId = await downloaded();
    await setWindow({ time: inHours(12), duration: 3600 });
    const { status, body } = await install(jobId, { strategy: 'immediate' });
    expect([status, body.error_code, body.code]).toEqual([409, 'OTA_015', 'MAINTENANCE_WINDOW_ACTIVE']);
    expect(body.details).toMatchObject({ maintenance_window: { time: expect.any(String) }, next_opening: expect.stringMatching(/Z$/) });
  });

  it("immediate while the crane moves: OTA_002 with the seed's details", async () => {
    const jobId = await downloaded();
    await setWindow({ time: '00:00', duration: 86_400 });
    await putSignals(world.gateway.id, true);
    const { status, body } = await install(jobId, { strategy: 'immediate' });
    expect([status, body.error_code, body.code]).toEqual([400, 'OTA_002', 'UPDATE_BLOCKED']);
    expect(body.details).toMatchObject({
      constraint: 'crane_motion',
      status: 'moving',
      detected_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      resolution: 'Wait until the crane stands still',
    });
    expect(body.details).not.toHaveProperty('estimated_wait');
    expect(await getDb().outboxCommand.count({ where: { jobId, name: 'job.install' } })).toBe(0);
  });

  it('immediate inside the window with a crane at rest runs', async () => {
    const jobId = await downloaded();
    await setWindow({ time: '00:00', duration: 86_400 });
    await putSignals(world.gateway.id);
    expect((await install(jobId, { strategy: 'immediate' })).body.status).toBe('installing');
  });

  it('a job that is over or unknown: OTA_013', async () => {
    const jobId = await downloaded();
    await walkJob(jobId, ['cancel']);
    for (const id of [jobId, 'OTA-JOB-000000']) {
      const { status, body } = await install(id);
      expect([status, body.error_code]).toEqual([404, 'OTA_013']);
    }
  });
});
