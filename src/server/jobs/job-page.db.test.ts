import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Actor, systemActor } from '../access/actor';
import { getDb } from '../db/client';
import { checkUpdates } from '../releases/check-updates';
import { browseJobEvents, browseJobEventsSchema } from './browse-job-events';
import { planUpdate } from './plan-update';
import { readJob } from './read-job';
import { startUpdateFromScreen } from './start-update-from-screen';

const tag = randomUUID().slice(0, 8).toUpperCase();
/** Versions far above every other test's, so that only this file's releases are newer. */
const major = 100_000 + Math.floor(Math.random() * 800_000);
const version = (minor: number) => `v${major}.${minor}.0`;
const craneName = `STS-${tag}`;
let gatewayId: string;
let operator: Actor;
let viewer: Actor;
let stranger: Actor;
const releases: Record<string, string> = {};

async function release(name: string, minor: number, over: object = {}): Promise<void> {
  const sha256 = randomUUID().replaceAll('-', '').repeat(2);
  await getDb().artifact.create({ data: { sha256, sizeBytes: 1000n } });
  const row = await getDb().release.create({
    data: {
      version: version(minor),
      versionSortKey: `${major}.${String(minor).padStart(6, '0')}.000000~`,
      channel: 'stable',
      type: 'feature',
      severity: 'normal',
      description: name,
      artifactSha256: sha256,
      releasedAt: new Date(),
      ...over,
    },
  });
  releases[name] = row.id;
}

beforeAll(async () => {
  const db = getDb();
  const site = await db.site.create({ data: { code: tag, name: tag, timezone: 'Europe/Amsterdam' } });
  const other = await db.site.create({ data: { code: `X${tag}`, name: tag, timezone: 'UTC' } });
  const crane = await db.crane.create({ data: { siteId: site.id, name: craneName, kind: 'sts' } });
  const gateway = await db.gateway.create({
    data: {
      name: `${tag}-GW1`,
      siteId: site.id,
      craneId: crane.id,
      model: 'm',
      serialNumber: tag,
      hardwareRevision: `rev-${tag}`,
      activeSlot: 'A',
      activeVersion: version(0),
      connected: true,
    },
  });
  gatewayId = gateway.id;
  operator = { ...systemActor('operator'), grants: [{ role: 'operator', siteId: site.id }] };
  viewer = { ...systemActor('viewer'), grants: [{ role: 'viewer', siteId: site.id }] };
  stranger = { ...systemActor('stranger'), grants: [{ role: 'admin', siteId: other.id }] };
  await release('same', 0);
  await release('next', 1);
  await release('other hardware', 2, { hardware: ['rev-of-another'] });
  await release('needs more', 3, { prerequisites: [`${version(1)}+`] });
  await release('draft', 4, { state: 'draft' });
  await release('beta', 5, { channel: 'beta' });
});

const mine = (check: Awaited<ReturnType<typeof checkUpdates>>) =>
  check.updates
    .filter((update) => Object.values(releases).includes(update.id))
    .map(({ description, compatible }) => [description, compatible]);

describe('update now, from the check to the job', () => {
  it('offers what is newer on the channel, newest first, and says what does not fit', async () => {
    const check = await checkUpdates(operator, { gatewayId });
    expect(mine(check)).toEqual([
      ['needs more', false],
      ['other hardware', false],
      ['next', true],
    ]);
    expect((await getDb().gateway.findUniqueOrThrow({ where: { id: gatewayId } })).lastCheckAt).toEqual(check.checkedAt);
    expect(mine(await checkUpdates(operator, { gatewayId, channel: 'beta' }))[0]).toEqual(['beta', true]);
  });

  it('is for operators of the site', async () => {
    await expect(checkUpdates(viewer, { gatewayId })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(checkUpdates(stranger, { gatewayId })).rejects.toMatchObject({ code: 'GATEWAY_NOT_FOUND' });
    const input = { gatewayId, releaseId: releases.next ?? '', strategy: 'seamless' as const };
    await expect(planUpdate(viewer, input)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('plans with and without a reboot, and names the crane', async () => {
    const input = { gatewayId, releaseId: releases.next ?? '', strategy: 'seamless' as const };
    const plan = await planUpdate(operator, input);
    expect(plan).toMatchObject({ craneName, targetSlot: 'B', unfinishedJobId: null });
    expect(plan.steps.join()).toContain('reboot when');
    expect((await planUpdate(operator, { ...input, rebootAfter: false })).consequences[0]).toContain('nothing reboots');
  });

  it('starts only after the right crane was typed, and the job can be read with its phases and pages of events', async () => {
    const order = {
      gatewayId,
      releaseId: releases.next ?? '',
      strategy: 'seamless' as const,
      rebootAfter: true,
      rebootDelaySeconds: 0,
    };
    await expect(startUpdateFromScreen(operator, { ...order, confirmCrane: 'STS-OTHER' })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
    });
    expect(await getDb().job.count({ where: { gatewayId } })).toBe(0);
    const { jobId } = await startUpdateFromScreen(operator, { ...order, confirmCrane: ` ${craneName.toLowerCase()} ` });
    const job = await readJob(viewer, jobId);
    expect(job).toMatchObject({ state: 'offered', finished: false, toVersion: version(1), gateway: { crane: { name: craneName } } });
    expect(job.stateTimes.map(({ state }) => state)).toEqual(['offered']);
    expect((await planUpdate(operator, { gatewayId, releaseId: order.releaseId, strategy: 'seamless' })).unfinishedJobId).toBe(jobId);
    expect(job.transfer).toBeNull();
    const transfer = { mode: 'patch', bytesFetched: 700, requests: 2, reusedBytes: 11_300, resumedBytes: 0, slots: ['B'] };
    const downloaded = { kind: 'state', state: 'downloaded', message: 'downloaded', actor: 'agent', details: { transfer } };
    const { id: eventId } = await getDb().jobEvent.create({ data: { jobId, at: new Date(), ...downloaded } });
    await getDb().artifact.update({ where: { sha256: job.sha256 ?? '' }, data: { compression: 'zstd', contentSizeBytes: 12_000n } });
    expect(await readJob(viewer, jobId)).toMatchObject({
      transfer: { mode: 'patch', bytesFetched: 700, reusedBytes: 11_300, slots: ['B'] },
      unpacked: { compression: 'zstd', sizeBytes: 12_000 },
    });
    await getDb().jobEvent.delete({ where: { id: eventId } });
    await getDb().jobEvent.createMany({
      data: Array.from({ length: 4 }, (_, n) => ({ jobId, at: new Date(), kind: 'note', message: `note ${n}`, actor: 'test' })),
    });
    const messages: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof browseJobEvents>> = await browseJobEvents(
        viewer,
        browseJobEventsSchema.parse({ jobId, limit: 2, cursor }),
      );
      messages.push(...page.rows.map(({ message }) => message));
      cursor = page.nextCursor;
    } while (cursor);
    expect(messages).toHaveLength(5);
    expect(messages[0]).toBe('note 3');
    await expect(readJob(stranger, jobId)).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' });
    await expect(browseJobEvents(stranger, browseJobEventsSchema.parse({ jobId }))).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' });
  });
});
