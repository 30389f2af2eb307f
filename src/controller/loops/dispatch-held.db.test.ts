/** Jobs wait on the server for other cranes, say why, and go by themselves. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SHIPPED_SITE_POLICY } from '#/domain/safety/site-policy';
import { defaultSettings } from '#/domain/settings/gateway-settings';
import { getDb } from '#/server/db/client';
import { cancelJob } from '#/server/jobs/cancel-job';
import { readJob } from '#/server/jobs/read-job';
import { startDownload } from '#/server/jobs/start-download';
import { startUpdate } from '#/server/jobs/start-update';
import { commandsOf, makeConnected, makeOverrideWorld, makePinned, putCalmSignals } from '#/server/overrides/testing/override-world';
import { publish } from '#/server/rest/testing/rest-world';
import { dispatchHeld } from './dispatch-held';

async function world(cranes: number) {
  const made = await makeOverrideWorld(cranes);
  const [operator, release] = [await makePinned('supervisor', made.site.id), await publish(`v2.0.0-t.${randomUUID().slice(0, 8)}`, [])];
  // Room at the site for the block's own rule to be seen: 16 cranes elsewhere, so 4 at once and more.
  for (let index = 0; index < 16; index += 1)
    await getDb().crane.create({ data: { siteId: made.site.id, name: `RTG${index}`, kind: 'rtg' } });
  const start = async (index: number, strategy: 'seamless' | 'immediate' = 'seamless') => {
    const gatewayId = made.gateways[index]?.id ?? '';
    return (await startUpdate(operator.actor, { gatewayId, releaseId: release.id, strategy })).jobId;
  };
  return { ...made, actor: operator.actor, release, start };
}
const namesOf = async (gatewayId: string | undefined) => (await commandsOf(gatewayId ?? '')).map((one) => one.name);
const jobOf = (id: string) => getDb().job.findUniqueOrThrow({ where: { id } });
const finish = (id: string) => getDb().job.update({ where: { id }, data: { state: 'confirmed', finishedAt: new Date() } });

describe('interlocks between gateways', () => {
  it('the neighbour waits with its reason, and is sent when the first has ended', async () => {
    const { start, gateways, actor } = await world(2);
    const [first, second] = [await start(0), await start(1)];
    expect([await namesOf(gateways[0]?.id), await namesOf(gateways[1]?.id)]).toEqual([['job.deploy'], []]);
    const view = await readJob(actor, second);
    expect(view.holds.map((hold) => hold.kind)).toContain('concurrency');
    expect(view.holds[0]).toMatchObject({ hard: true, message: expect.stringContaining(first) });
    await dispatchHeld();
    expect(await namesOf(gateways[1]?.id)).toEqual([]);
    await finish(first);
    await Promise.all([dispatchHeld(), dispatchHeld()]);
    expect(await namesOf(gateways[1]?.id)).toEqual(['job.deploy']);
    expect(await jobOf(second)).toMatchObject({ heldCommand: null, waitingFor: null });
  });

  it('another gateway of the same crane waits; a download does not', async () => {
    const { start, gateways, site, block, actor, release } = await world(1);
    await start(0);
    const { craneId } = await makeConnected(site.id, block.id, 'X9');
    const twin = await makeConnected(site.id, block.id, 'X10');
    await getDb().gateway.update({ where: { id: twin.id }, data: { craneId: gateways[0]?.craneId ?? craneId } });
    const job = (await startUpdate(actor, { gatewayId: twin.id, releaseId: release.id, strategy: 'seamless' })).jobId;
    expect((await jobOf(job)).holds).toMatchObject([{ kind: 'concurrency', message: expect.stringContaining('same crane') }]);
    await cancelJob(actor, { jobId: job, reason: 'not needed' });
    await startDownload(actor, { gatewayId: twin.id, releaseId: release.id });
    expect(await namesOf(twin.id)).toEqual(['job.deploy']);
  });

  it('of all that are ordered at once in one block one begins (race)', async () => {
    const { start, gateways } = await world(5);
    const jobs = await Promise.all([0, 1, 2, 3, 4].map((index) => start(index)));
    const sent = (await Promise.all(gateways.map((one) => namesOf(one.id)))).flat();
    expect(sent).toEqual(['job.deploy']);
    expect(await getDb().job.count({ where: { id: { in: jobs }, heldCommand: 'job.deploy' } })).toBe(4);
  });

  it('immediate is refused instead', async () => {
    const { start, gateways } = await world(2);
    const first = await start(0);
    const window = { where: { gatewayId: gateways[1]?.id ?? '' } };
    const body = defaultSettings('UTC');
    await getDb().gatewaySettings.create({
      data: { gatewayId: window.where.gatewayId, body: { ...body, maintenance_window: { ...body.maintenance_window, enabled: false } } },
    });
    await putCalmSignals(window.where.gatewayId, 90);
    await expect(start(1, 'immediate')).rejects.toMatchObject({ code: 'UPDATE_BLOCKED', details: { blocked_by: ['concurrency'] } });
    await finish(first);
    expect((await jobOf(await start(1, 'immediate'))).heldCommand).toBeNull();
  });

  it('a job that waits is cancelled without its gateway', async () => {
    const { start, actor } = await world(2);
    await start(0);
    const second = await start(1);
    expect(await cancelJob(actor, { jobId: second, reason: 'not needed' })).toMatchObject({ state: 'cancelled' });
    expect(await jobOf(second)).toMatchObject({ state: 'cancelled', heldCommand: null });
  });

  it('an order for a gateway that is away gives way, and waits its turn', async () => {
    const { start, gateways } = await world(2);
    await getDb().gateway.update({ where: { id: gateways[0]?.id ?? '' }, data: { connected: false } });
    const away = await start(0);
    const begun = await start(1);
    expect(await namesOf(gateways[1]?.id)).toEqual(['job.deploy']);
    expect(await jobOf(away)).toMatchObject({ heldCommand: 'job.deploy' });
    expect((await commandsOf(gateways[0]?.id ?? ''))[0]).toMatchObject({ resultCode: 'WITHDRAWN' });
    await finish(begun);
    await dispatchHeld();
    expect((await commandsOf(gateways[0]?.id ?? '')).at(-1)).toMatchObject({ name: 'job.deploy', answeredAt: null });
  });

  it('the policy of the site sets the numbers', async () => {
    const { start, gateways, site } = await world(3);
    const policy = { ...SHIPPED_SITE_POLICY, concurrency: { cranesPerBlock: 2, percentPerSite: 25 } };
    await getDb().sitePolicy.create({ data: { siteId: site.id, version: 1, body: policy, difference: [], note: 'test', author: 'test' } });
    // First and third are no neighbours.
    await start(0);
    await start(2);
    expect(await namesOf(gateways[2]?.id)).toEqual(['job.deploy']);
  });
});
