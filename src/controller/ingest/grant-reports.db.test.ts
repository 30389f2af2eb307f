/** The way of a grant: offer, the agent's reports by the real ingest, ends by time, policy, job and value. */
import { randomUUID } from 'node:crypto';
import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import type { JobState } from '#/domain/jobs/job-machine';
import type { DurableBody } from '#/protocol/mqtt/events';
import type { GrantReport } from '#/protocol/mqtt/grants';
import { getDb } from '#/server/db/client';
import { approveOverride } from '#/server/overrides/approve-override';
import {
  askFor,
  auditOf,
  commandsOf,
  makeOverrideWorld,
  makePinned,
  PIN,
  putCalmSignals,
  rowOf,
} from '#/server/overrides/testing/override-world';
import { updateHistory } from '#/server/jobs/update-history';
import { revokeOverride } from '#/server/overrides/decide-override';
import { readOverride } from '#/server/overrides/read-override';
import { presentEntry } from '#/server/rest/present-history';
import { listPolicies, savePolicy } from '#/server/safety/manage-policy';
import { readSafety } from '#/server/safety/read-safety';
import { SHIPPED_SITE_POLICY } from '#/domain/safety/site-policy';
import { evaluateGateway } from '#/server/safety/evaluate-gateway';
import { inOrder } from '#/server/testing/in-order';
import { updateSettings } from '#/server/settings/update-settings';
import { closeOverrides } from '../loops/close-overrides';
import { hello } from '../testing/wire-device';
import { distributePolicies } from '../loops/distribute-policies';
import { offerDueGrants } from '../loops/offer-due-grants';
import { makeJob } from '../testing/make-gateway';
import { durable, jobReport } from '../testing/wire-device';
import { ingestEvent } from './ingest-event';
import { judgeGateways } from './judge-gateways';
import { pauseAfter } from './note-policy-answer';

async function approved(changes: Parameters<typeof askFor>[2] = {}) {
  const world = await makeOverrideWorld();
  const [operator, supervisor] = [await makePinned('operator', world.site.id), await makePinned('supervisor', world.site.id)];
  const asked = await askFor(operator.actor, world.gateway.id, changes);
  await approveOverride(supervisor.actor, { overrideId: asked.overrideId, requestHash: asked.requestHash, pin: PIN });
  const grantId = (await rowOf(asked.overrideId)).grants[0]?.id ?? '';
  const epoch = randomUUID();
  let n = 0;
  const tell = (body: DurableBody) => {
    n += 1;
    return ingestEvent(world.gateway.id, durable(epoch, n, body));
  };
  const say = (state: GrantReport['state'], code = 'OK', id = grantId, jobId: string | null = null) =>
    tell({ type: 'grant', grantId: id, state, code, message: `${state} ${code}`, observed: [], jobId });
  return { ...world, operator, supervisor, id: asked.overrideId, grantId, say, tell };
}
const stateOf = async (id: string) => (await rowOf(id)).state;
/** As if the time of a gateway's requests were over. Never the loop's clock instead: it would end the requests of every other file, too. */
async function letTimePass(gatewayId: string) {
  const past = new Date(Date.now() - 1000);
  await getDb().overrideRequest.updateMany({ where: { gatewayId }, data: { lapsesAt: past } });
  await getDb().overrideRequest.updateMany({ where: { gatewayId, expiresAt: { not: null } }, data: { expiresAt: past } });
  await getDb().overrideRequest.updateMany({ where: { gatewayId, reviewDueAt: { not: null } }, data: { reviewDueAt: past } });
}

describe('reports of the agent', () => {
  it('accepted makes it active, used ends it; both audited; a repeat changes nothing', async () => {
    const { id, say } = await approved();
    await say('accepted');
    expect(await stateOf(id)).toBe('active');
    await say('used');
    expect(await rowOf(id)).toMatchObject({ state: 'used', outcome: 'used', grants: [{ state: 'used' }] });
    await say('accepted');
    await say('expired');
    expect(await stateOf(id)).toBe('used');
    const reports = (await auditOf(id)).filter((event) => event.name === 'override.grant_reported');
    expect(reports.map((event) => (event.data as { state: string }).state)).toEqual(['accepted', 'used', 'accepted', 'expired']);
  });

  it('suspended and accepted again; refused for good ends it', async () => {
    const { id, say } = await approved();
    await say('accepted');
    await say('suspended', 'GRANT_LINK_SILENT');
    expect((await rowOf(id)).grants[0]?.suspendedAt).not.toBeNull();
    await say('accepted');
    expect((await rowOf(id)).grants[0]?.suspendedAt).toBeNull();
    const other = await approved();
    await other.say('refused', 'GRANT_PAST_HARD_LIMIT');
    expect(await rowOf(other.id)).toMatchObject({ state: 'revoked', grants: [{ state: 'refused' }] });
  });

  it('a stale nonce is offered again with the newest one, an unknown key is pinned first', async () => {
    const { gateway, say } = await approved();
    await getDb().gateway.update({
      where: { id: gateway.id },
      data: { safetyNonce: 'a-nonce-of-a-later-report', safetyNonceAt: new Date() },
    });
    await getDb().outboxCommand.updateMany({ where: { gatewayId: gateway.id }, data: { sentAt: new Date(), answeredAt: new Date() } });
    await say('refused', 'GRANT_UNKNOWN_KEY');
    await offerDueGrants();
    const commands = await commandsOf(gateway.id);
    expect(commands.map((one) => one.name)).toEqual(['keys.pin', 'grant.offer', 'keys.pin', 'grant.offer']);
    const { grant } = (commands[3]?.body ?? {}) as { grant: string };
    const claims = decodeJwt<{ nonce: string }>(grant);
    expect(claims.nonce).toBe('a-nonce-of-a-later-report');
  });

  it('what a restart has voided is offered again, for the boot and with the nonce of then', async () => {
    const { id, gateway, say } = await approved();
    await say('accepted');
    await say('refused', 'GRANT_WRONG_BOOT');
    expect(await rowOf(id)).toMatchObject({ state: 'active', grants: [{ state: 'issued', endedAt: null, offeredAt: null }] });
    const nonce = { value: 'a-nonce-after-the-restart', bootId: 'boot-2', saidAt: new Date().toISOString() };
    await judgeGateways([{ gatewayId: gateway.id, heardAtMs: Date.now(), nonce }]);
    await offerDueGrants();
    const offers = (await commandsOf(gateway.id)).filter((one) => one.name === 'grant.offer');
    expect(offers).toHaveLength(2);
    const claims = offers.map((one) => decodeJwt<{ nonce: string; boot_id: string; exp: number }>((one.body as { grant: string }).grant));
    expect(claims[1]).toMatchObject({ nonce: 'a-nonce-after-the-restart', boot_id: 'boot-2', jti: claims[0]?.jti });
    // A restart gives nobody more time.
    expect(claims[1]?.exp).toBe(claims[0]?.exp);
    await say('accepted');
    await say('used');
    await say('refused', 'GRANT_WRONG_BOOT');
    expect(await stateOf(id)).toBe('used');
  });

  it('reports of another gateway’s grant change nothing', async () => {
    const [one, other] = [await approved(), await approved()];
    await one.say('used', 'OK', other.grantId);
    expect(await stateOf(other.id)).toBe('approved');
  });

  it('the server evaluates with the bound while the grant lives, and without it afterwards', async () => {
    const { gateway, say } = await approved();
    await putCalmSignals(gateway.id);
    const judge = async () => (await evaluateGateway(getDb(), gateway.id, 'O3', { nowMs: Date.now(), imageBytes: 0 })).allowed;
    expect(await judge()).toBe(true);
    await say('accepted');
    await say('used');
    expect(await judge()).toBe(false);
  });
});

describe('ends', () => {
  it('an approval while the gateway is away is offered when it is back and has told a nonce', async () => {
    const world = await makeOverrideWorld();
    await getDb().gateway.update({ where: { id: world.gateway.id }, data: { connected: false, safetyNonceAt: null } });
    const [operator, supervisor] = [await makePinned('operator', world.site.id), await makePinned('supervisor', world.site.id)];
    const asked = await askFor(operator.actor, world.gateway.id);
    await approveOverride(supervisor.actor, { overrideId: asked.overrideId, requestHash: asked.requestHash, pin: PIN });
    await offerDueGrants();
    expect(await commandsOf(world.gateway.id)).toEqual([]);
    await getDb().gateway.update({ where: { id: world.gateway.id }, data: { connected: true } });
    const nonce = { value: 'a-nonce-after-the-return', bootId: 'boot-2', saidAt: new Date().toISOString() };
    await judgeGateways([{ gatewayId: world.gateway.id, heardAtMs: Date.now(), nonce }]);
    await offerDueGrants();
    expect((await commandsOf(world.gateway.id)).map((one) => one.name)).toEqual(['keys.pin', 'grant.offer']);
  });

  it('time: unanswered requests lapse, those in force expire, two controllers do it once', async () => {
    const { id, operator, gateway } = await approved();
    const open = await askFor(operator.actor, gateway.id, { constraints: ['disk_space'] });
    await letTimePass(gateway.id);
    await Promise.all([closeOverrides(), closeOverrides()]);
    expect([await stateOf(id), await stateOf(open.overrideId)]).toEqual(['expired', 'lapsed']);
    const moves = (await auditOf(id)).filter((event) => event.name === 'override.state_changed');
    expect(moves).toHaveLength(2);
  });

  it('a break-glass that expired is due for review, and its being overdue is told once', async () => {
    const { supervisor, gateway } = await approved();
    const broken = await askFor(supervisor.actor, gateway.id, { constraints: ['disk_space'], breakGlass: true, pin: PIN });
    await letTimePass(gateway.id);
    await closeOverrides();
    expect(await rowOf(broken.overrideId)).toMatchObject({ state: 'review_due', outcome: 'expired' });
    await letTimePass(gateway.id);
    await Promise.all([closeOverrides(), closeOverrides()]);
    expect((await auditOf(broken.overrideId)).filter((event) => event.name === 'override.review_overdue')).toHaveLength(1);
  });

  it('a value past the bound: revoked, and the agent is told', async () => {
    const { id, gateway, say } = await approved();
    await say('accepted');
    await getDb().outboxCommand.updateMany({ where: { gatewayId: gateway.id }, data: { sentAt: new Date() } });
    await judgeGateways([{ gatewayId: gateway.id, heardAtMs: Date.now() }]);
    expect(await stateOf(id)).toBe('active');
    await putCalmSignals(gateway.id, 24);
    await judgeGateways([{ gatewayId: gateway.id, heardAtMs: Date.now() }]);
    expect(await rowOf(id)).toMatchObject({ state: 'revoked', endReason: expect.stringContaining('past its bound') });
    expect((await commandsOf(gateway.id)).at(-1)?.name).toBe('grant.revoke');
  });

  it('a change of the policy, or of the gateway’s limits, ends it and voids what is open', async () => {
    const { id, site, gateway, operator } = await approved();
    const open = await askFor(operator.actor, gateway.id, { constraints: ['disk_space'] });
    const engineer = await makePinned('safety_engineer', site.id);
    const policy = { ...SHIPPED_SITE_POLICY, limits: { ...SHIPPED_SITE_POLICY.limits, upsSoftPercent: 35 } };
    const saved = await savePolicy(engineer.actor, { siteId: site.id, expectedVersion: 0, policy, note: 'winter batteries' });
    expect(saved).toMatchObject({ version: 1, ended: 2, changes: [{ path: 'limits.upsSoftPercent', old: 30, new: 35 }] });
    expect([await stateOf(id), await stateOf(open.overrideId)]).toEqual(['revoked', 'lapsed']);
    await distributePolicies();
    const order = (await commandsOf(gateway.id)).find((one) => one.name === 'policy.apply');
    expect(order?.body).toMatchObject({ version: 1, policy: { limits: { upsSoftPercent: 35 } } });
    await expect(
      savePolicy(engineer.actor, { siteId: site.id, expectedVersion: 0, policy, note: 'winter batteries' }),
    ).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(() => savePolicy(operator.actor, { siteId: site.id, expectedVersion: 1, policy, note: 'not mine to change' })).toThrow();
    const other = await approved();
    await updateSettings(await makePinned('supervisor', other.site.id).then(({ actor }) => actor), {
      gatewayId: other.gateway.id,
      changes: { safety_constraints: { minimum_battery_level: 40 } },
    });
    expect(await stateOf(other.id)).toBe('revoked');
  });

  it('the end of the job that it is bound to', async () => {
    const world = await makeOverrideWorld();
    const [operator, supervisor] = [await makePinned('operator', world.site.id), await makePinned('supervisor', world.site.id)];
    const jobId = await makeJob({ ...world.gateway, secret: '' }, 'writing');
    const asked = await askFor(operator.actor, world.gateway.id, { jobId });
    await approveOverride(supervisor.actor, { overrideId: asked.overrideId, requestHash: asked.requestHash, pin: PIN });
    await ingestEvent(world.gateway.id, durable(randomUUID(), 1, jobReport(jobId, 1, 'cancel', 'cancelled')));
    expect(await rowOf(asked.overrideId)).toMatchObject({ state: 'revoked', jobId, endReason: 'its job is cancelled' });
  });
});

describe('a use whose act still waits', () => {
  async function used(state: JobState) {
    const world = await approved();
    const jobId = await makeJob({ ...world.gateway, secret: '' }, state);
    await world.say('accepted');
    await world.say('used', 'OK', world.grantId, jobId);
    const revocations = async () => (await commandsOf(world.gateway.id)).filter((one) => one.name === 'grant.revoke');
    const revoke = () => revokeOverride(world.operator.actor, { overrideId: world.id, reason: 'a truck stands below' });
    return { ...world, jobId, revocations, revoke };
  }

  it('is taken back by an operator, once, and the agent is told', async () => {
    const { id, jobId, grantId, operator, revoke, revocations } = await used('boot_pending');
    expect(await readOverride(operator.actor, id)).toMatchObject({ state: 'used', actWaits: true, may: { revoke: true } });
    expect(await revoke()).toMatchObject({ state: 'revoked' });
    expect(await revoke()).toMatchObject({ state: 'revoked' });
    expect(await rowOf(id)).toMatchObject({ outcome: 'revoked', grants: [{ state: 'revoked', usedByJobId: jobId }] });
    expect((await revocations()).map((one) => one.body)).toEqual([{ name: 'grant.revoke', grantId, reason: 'a truck stands below' }]);
  });

  it('is taken back as well while the version that it let restart waits to be kept', async () => {
    const { id, jobId, operator, revoke, revocations } = await used('booted_unconfirmed');
    await getDb().job.update({ where: { id: jobId }, data: { waitingFor: 'to_be_kept' } });
    expect(await readOverride(operator.actor, id)).toMatchObject({ actWaits: true, may: { revoke: true } });
    expect(await revoke()).toMatchObject({ state: 'revoked' });
    expect(await revocations()).toHaveLength(1);
  });

  it.each(['booted_unconfirmed', 'confirmed'] as const)('is not when the job is %s: the act has happened', async (state) => {
    const { id, operator, revoke, revocations } = await used(state);
    expect(await readOverride(operator.actor, id)).toMatchObject({ actWaits: false, may: { revoke: false } });
    await expect(revoke()).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await revocations()).toEqual([]);
  });

  it('revoke against the end of the job: whoever comes first decides, and never a mixture', async () => {
    const seen = { revoked: 0, late: 0 };
    for (let round = 0; round < 4; round += 1) {
      const { id, jobId, gateway, tell, revoke, revocations } = await used('boot_pending');
      const end = () => tell(jobReport(jobId, 1, 'fail', 'failed'));
      const [first, second] = round % 2 === 0 ? [revoke, end] : [end, revoke];
      const both = await inOrder(gateway.id, first, second);
      const { outcome } = await rowOf(id);
      expect(outcome).toBe(round % 2 === 0 ? 'revoked' : 'used');
      expect(both.map(({ status }) => status)).toEqual(['fulfilled', round % 2 === 0 ? 'fulfilled' : 'rejected']);
      expect(await revocations()).toHaveLength(outcome === 'revoked' ? 1 : 0);
      if (outcome === 'revoked') seen.revoked += 1;
      else seen.late += 1;
    }
    process.stdout.write(`revoke against the end of the job: ${JSON.stringify(seen)}\n`);
  });

  it('is named by the history of updates', async () => {
    const { id, jobId, operator, gateway } = await used('boot_pending');
    await getDb().job.update({ where: { id: jobId }, data: { state: 'confirmed', finishedAt: new Date() } });
    const { entries } = await updateHistory(operator.actor, { gatewayId: gateway.id, limit: 10 });
    expect(entries.map((entry) => presentEntry(entry).details.override_id)).toEqual([id]);
  });
});

describe('what a gateway’s page says', () => {
  it('relaxed: by which override, how far and until when, while the agent holds it', async () => {
    const { id, gateway, operator, say } = await approved();
    const relaxed = async () => (await readSafety(operator.actor, gateway.id)).relaxed;
    expect(await relaxed()).toEqual([]);
    await say('accepted');
    const { expiresAt } = await rowOf(id);
    const bound = { constraint: 'ups_battery', bound: { levelPercent: 25, onBattery: false } };
    expect(await relaxed()).toEqual([{ overrideId: id, operation: 'O3', bound, expiresAt }]);
    await say('suspended', 'GRANT_LINK_SILENT');
    expect(await relaxed()).toEqual([]);
  });

  it('limits not taken: why, and they are ordered again after a pause', async () => {
    const { site, gateway, operator, tell } = await approved();
    const engineer = await makePinned('safety_engineer', site.id);
    const policy = { ...SHIPPED_SITE_POLICY, limits: { ...SHIPPED_SITE_POLICY.limits, upsSoftPercent: 35 } };
    await savePolicy(engineer.actor, { siteId: site.id, expectedVersion: 0, policy, note: 'winter batteries' });
    await distributePolicies();
    const orders = async () => (await commandsOf(gateway.id)).filter((one) => one.name === 'policy.apply');
    const answer = async (code: string, message: string) =>
      tell({ type: 'command_result', commandId: (await orders()).at(-1)?.id ?? '', seq: 1, code, message, details: {} });
    await answer('INTERNAL', 'the disk is full');
    const refusal = 'INTERNAL: the disk is full';
    expect((await readSafety(operator.actor, gateway.id)).limits).toMatchObject({ version: 1, taken: 0, refusal });
    const [view] = await listPolicies(operator.actor);
    expect(view).toMatchObject({ gateways: 1, taken: 0, refused: [{ id: gateway.id, refusal }] });
    await distributePolicies();
    expect(await orders()).toHaveLength(1);
    await getDb().gateway.update({ where: { id: gateway.id }, data: { policyRetryAt: new Date() } });
    await distributePolicies();
    expect(await orders()).toHaveLength(2);
    await answer('OK', 'policy 1 is in force');
    expect((await readSafety(operator.actor, gateway.id)).limits).toEqual({ version: 1, taken: 1, refusal: null, retryAt: null });
    // What only the server uses, and what is as shipped, would make agents of before refuse the rest.
    const sent = (await orders()).at(-1)?.body as { policy: object };
    expect(Object.keys(sent.policy)).toEqual(expect.not.arrayContaining(['recovery', 'switchOff']));
    // The same agent again is told nothing; another one may know more.
    for (const [agentVersion, told] of [
      ['1', 2],
      ['1', 2],
      ['2', 3],
    ] as const) {
      await tell(hello({ agentVersion }));
      await distributePolicies();
      expect(await orders()).toHaveLength(told);
    }
  });

  it('the pause doubles up to an hour', () => {
    expect([0, 1, 2, 6, 50].map((before) => pauseAfter(before) / 60_000)).toEqual([1, 2, 4, 60, 60]);
  });
});
