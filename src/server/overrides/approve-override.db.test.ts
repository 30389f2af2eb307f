import { alarmKey } from '#/domain/alarms/alarm-kinds';
import { compactVerify, importJWK, decodeJwt, decodeProtectedHeader } from 'jose';
import { describe, expect, it, vi } from 'vitest';
import { defaultSettings } from '#/domain/settings/gateway-settings';
import { GRANT_JWS_TYP, grantClaimsSchema } from '#/protocol/mqtt/grants';
import { actorFromToken } from '../access/token-actor';
import { publicKeys } from '../commands/signing-keys';
import { getDb } from '../db/client';
import { approveOverride } from './approve-override';
import { closeReview, rejectOverride, revokeOverride, withdrawOverride } from './decide-override';
import { requestOverride } from './request-override';
import {
  askFor,
  auditOf,
  codeOf,
  commandsOf,
  makeConnected,
  makeOverrideWorld,
  makePinned,
  PIN,
  REASON,
  rowOf,
} from './testing/override-world';

const settle = (promise: Promise<unknown>) => promise.then(() => 'OK', codeOf);

async function asked(cranes = 1) {
  const world = await makeOverrideWorld(cranes);
  const [operator, supervisor, second] = [
    await makePinned('operator', world.site.id),
    await makePinned('supervisor', world.site.id),
    await makePinned('supervisor', world.site.id),
  ];
  const request = await askFor(operator.actor, world.gateway.id);
  return { ...world, operator, supervisor, second, request };
}
type Asked = Awaited<ReturnType<typeof asked>>;
const approve = (who: Asked['operator'], request: Asked['request'], pin = PIN) =>
  approveOverride(who.actor, { overrideId: request.overrideId, requestHash: request.requestHash, pin });

const pinVerified = async (userId: string) =>
  expect(await getDb().auditEvent.count({ where: { objectType: 'user', objectId: userId, name: 'pin.verified' } })).toBe(1);

describe('four eyes', () => {
  it('an operator asks, a supervisor approves, the grant is signed for exactly that request', async () => {
    const { request, supervisor, gateway } = await asked();
    expect(request).toMatchObject({ state: 'requested', approversNeeded: 1, constraints: ['ups_battery'] });
    expect(await approve(supervisor, request)).toMatchObject({ state: 'approved', approvalsLeft: 0 });
    const row = await rowOf(request.overrideId);
    expect(row.grants).toMatchObject([{ constraint: 'ups_battery', bound: { levelPercent: 25, onBattery: false }, state: 'issued' }]);
    const commands = await commandsOf(gateway.id);
    expect(commands.map((one) => one.name)).toEqual(['keys.pin', 'grant.offer']);
    const { grant } = (commands[1]?.body ?? {}) as { grant: string };
    const [key] = await publicKeys('grant');
    await compactVerify(grant, await importJWK(key as object, 'EdDSA'));
    expect(decodeProtectedHeader(grant)).toMatchObject({ typ: GRANT_JWS_TYP, kid: key?.kid });
    expect(grantClaimsSchema.parse(decodeJwt(grant))).toMatchObject({
      aud: gateway.id,
      jti: row.grants[0]?.id,
      nonce: 'nonce-of-the-first-report',
      boot_id: 'boot-1',
      op: 'O3',
      constraint: 'ups_battery',
      max_uses: 1,
      request_hash: request.requestHash,
    });
    // The key of commands signs no grant.
    expect((await publicKeys('command')).map((one) => one.kid)).not.toContain(key?.kid);
    const names = (await auditOf(request.overrideId)).map((event) => event.name);
    expect(names).toEqual(['override.requested', 'override.state_changed', 'override.approved', 'override.grant_offered']);
  });

  it('nobody approves the own request, by no session and no token: it is the person that counts', async () => {
    const { site, gateway, second } = await asked();
    const supervisor = await makePinned('supervisor', site.id);
    const request = await askFor(supervisor.actor, gateway.id);
    const byToken = await actorFromToken(supervisor.token, { ip: null, requestId: null });
    if (!byToken) throw new Error('the token does not hold');
    expect(byToken.type).not.toBe(supervisor.actor.type);
    const input = { overrideId: request.overrideId, requestHash: request.requestHash, pin: PIN };
    expect([await settle(approveOverride(supervisor.actor, input)), await settle(approveOverride(byToken, input))]).toEqual([
      'FORBIDDEN',
      'FORBIDDEN',
    ]);
    expect(await settle(approveOverride(second.actor, input))).toBe('OK');
  });

  it('without the right at that site nobody approves, and what one may not see is not there', async () => {
    const { request, operator, site } = await asked();
    const elsewhere = await makePinned('supervisor', (await makeOverrideWorld()).site.id);
    const admin = await makePinned('admin', site.id);
    expect([
      await settle(approve(operator, request)),
      await settle(approve(admin, request)),
      await settle(approve(elsewhere, request)),
    ]).toEqual(['FORBIDDEN', 'FORBIDDEN', 'NOT_FOUND']);
  });

  it('a stolen cookie alone approves nothing: the PIN is needed, and a wrong one is counted', async () => {
    const { request, supervisor } = await asked();
    expect([await settle(approve(supervisor, request, '000000')), await settle(approve(supervisor, request, ''))]).toEqual([
      'INVALID_PIN',
      'INVALID_PIN',
    ]);
    expect(await getDb().user.findUnique({ where: { id: supervisor.userId } })).toMatchObject({ pinAttempts: 2 });
    expect((await rowOf(request.overrideId)).state).toBe('requested');
  });

  it('the approval is bound to the hash of the request', async () => {
    const { request, supervisor } = await asked();
    const other = { ...request, requestHash: 'a'.repeat(64) };
    expect(await settle(approve(supervisor, other))).toBe('CONFLICT');
    // Someone edits the row behind our back: the hash of the edit is another one, the earlier yes does not count for it.
    await getDb().overrideRequest.update({ where: { id: request.overrideId }, data: { requestHash: 'b'.repeat(64) } });
    expect(await settle(approve(supervisor, request))).toBe('CONFLICT');
  });

  it('with two approvers needed, the same person twice is one', async () => {
    const { request, supervisor, second } = await asked();
    await getDb().overrideRequest.update({ where: { id: request.overrideId }, data: { approversNeeded: 2 } });
    expect(await approve(supervisor, request)).toMatchObject({ state: 'requested', approvalsLeft: 1 });
    expect(await settle(approve(supervisor, request))).toBe('CONFLICT');
    expect(await approve(second, request)).toMatchObject({ state: 'approved' });
  });
});

describe('races on the real database', () => {
  it('two approve at once: one grant, one approval that counts', async () => {
    let rounds = 0;
    for (; rounds < 10; rounds += 1) {
      const { request, supervisor, second } = await asked();
      const answers = await Promise.all([settle(approve(supervisor, request)), settle(approve(second, request))]);
      expect(answers.toSorted()).toEqual(['CONFLICT', 'OK']);
      expect((await rowOf(request.overrideId)).grants).toHaveLength(1);
    }
    process.stdout.write(`approve/approve: ${rounds} races, one grant each\n`);
  });

  it('one person in two tabs: one approval', async () => {
    const { request, supervisor } = await asked();
    const answers = await Promise.all([settle(approve(supervisor, request)), settle(approve(supervisor, request))]);
    expect(answers.toSorted()).toEqual(['CONFLICT', 'OK']);
    expect((await rowOf(request.overrideId)).approvals).toHaveLength(1);
  });

  it('approve against revoke, reject and withdraw: never in force after an end', async () => {
    let [rounds, approvedFirst] = [0, 0];
    for (; rounds < 12; rounds += 1) {
      const { request, supervisor, second, operator } = await asked();
      const input = { overrideId: request.overrideId, reason: 'no' };
      const against = [
        () => revokeOverride(second.actor, input),
        () => rejectOverride(second.actor, input),
        () => withdrawOverride(operator.actor, input),
      ][rounds % 3] as () => Promise<unknown>;
      const approving = settle(approve(supervisor, request));
      // The other comes while the approval is between its PIN and its rows: from the second round on; the first comes at once.
      if (rounds > 2) await vi.waitFor(() => pinVerified(supervisor.userId), { timeout: 60_000, interval: 1 });
      const [yes, no] = await Promise.all([approving, settle(against())]);
      const row = await rowOf(request.overrideId);
      const live = row.grants.filter((grant) => grant.endedAt === null).length;
      if (yes === 'OK') approvedFirst += 1;
      if (no === 'OK') expect(live).toBe(0);
      expect(live > 0).toBe(['approved', 'active'].includes(row.state));
      expect([yes, no]).toContain('OK');
    }
    process.stdout.write(`approve against revoke, reject, withdraw: ${rounds} races, ${approvedFirst} approved first\n`);
  });

  it('two requests for the same constraint approved at once: one grant', async () => {
    const { gateway, operator, request, supervisor, second } = await asked();
    const twin = await askFor(operator.actor, gateway.id);
    const answers = await Promise.all([settle(approve(supervisor, request)), settle(approve(second, twin))]);
    expect(answers.toSorted()).toEqual(['CONFLICT', 'OK']);
    expect(await getDb().overrideGrant.count({ where: { gatewayId: gateway.id, endedAt: null } })).toBe(1);
  });

  it('a site has room for three, however many are approved at once', async () => {
    const { gateways, operator, supervisor, block, site } = await asked(1);
    const more = await Promise.all([2, 3, 4, 5, 6].map((number) => makeConnected(site.id, block.id, `STS${number}`)));
    const requests = [];
    for (const { id } of [...gateways, ...more]) requests.push(await askFor(operator.actor, id));
    const answers = await Promise.all(requests.map((request) => settle(approve(supervisor, request))));
    expect(answers.filter((answer) => answer === 'OK')).toHaveLength(3);
    expect(await getDb().overrideGrant.count({ where: { siteId: site.id, endedAt: null } })).toBe(3);
  });
});

describe('limits', () => {
  it('one motion or anti-collision override per pair of neighbours', async () => {
    const { gateways, operator, supervisor } = await asked(3);
    const changes = { constraints: ['acs_collision' as const] };
    const [first, beside, far] = [
      await askFor(operator.actor, gateways[0]?.id ?? '', changes),
      await askFor(operator.actor, gateways[1]?.id ?? '', changes),
      await askFor(operator.actor, gateways[2]?.id ?? '', changes),
    ];
    expect(await settle(approve(supervisor, first))).toBe('OK');
    expect(await settle(approve(supervisor, beside))).toBe('CONFLICT');
    expect(await settle(approve(supervisor, far))).toBe('OK');
  });

  it.each([
    ['too short', { durationSeconds: 59 }],
    ['too long', { durationSeconds: 14_401 }],
    ['motion for more than an hour', { durationSeconds: 3601, constraints: ['crane_motion' as const] }],
    ['no measure', { measures: [] }],
    ['a reason of nine characters', { reason: 'too short' }],
    ['a bound past the hard limit', { bounds: [{ constraint: 'acs_collision' as const, bound: { distanceM: 4.9 } }] }],
    ['a battery past the hard limit', { bounds: [{ constraint: 'ups_battery' as const, bound: { levelPercent: 19, onBattery: true } }] }],
  ])('refuses %s', async (_what, changes) => {
    const { operator, gateway } = await asked();
    await expect(askFor(operator.actor, gateway.id, changes)).rejects.toThrow();
    expect(await getDb().overrideRequest.count({ where: { gatewayId: gateway.id } })).toBe(1);
  });

  it('many gateways become one request each, with the batch in common', async () => {
    const { gateways, operator } = await asked(3);
    const made = await requestOverride(operator.actor, {
      gatewayIds: gateways.map((one) => one.id),
      constraints: ['ups_battery'],
      durationSeconds: 600,
      ...REASON,
    });
    expect(new Set(made.requests.map((one) => one.gatewayId)).size).toBe(3);
    expect(await getDb().overrideRequest.count({ where: { batchId: made.batchId } })).toBe(3);
    expect(new Set(made.requests.map((one) => one.requestHash)).size).toBe(3);
  });

  it.each([
    ['is open', -60_000],
    ['opens before it is over', 600_000],
  ])('never lasts past the end of the window that %s', async (_which, fromNowMs) => {
    const { gateway, request, supervisor } = await asked();
    const body = defaultSettings('UTC');
    const begin = new Date(Date.now() + fromNowMs);
    const time = begin.toISOString().slice(11, 16);
    const window = { ...body.maintenance_window, schedule: 'daily' as const, time, duration: 300 };
    await getDb().gatewaySettings.create({ data: { gatewayId: gateway.id, body: { ...body, maintenance_window: window } } });
    const { expiresAt } = await approve(supervisor, request);
    expect(expiresAt?.getTime()).toBeLessThanOrEqual(begin.getTime() + 300_000);
  });
});

describe('revoke and break-glass', () => {
  it('anyone with the right revokes at once and without a PIN; the agent is told; again changes nothing', async () => {
    const { request, supervisor, operator, gateway } = await asked();
    await approve(supervisor, request);
    await getDb().outboxCommand.updateMany({ where: { gatewayId: gateway.id }, data: { sentAt: new Date() } });
    const input = { overrideId: request.overrideId, reason: 'the crane is needed' };
    expect(await revokeOverride(operator.actor, input)).toMatchObject({ state: 'revoked' });
    expect(await revokeOverride(operator.actor, input)).toMatchObject({ state: 'revoked' });
    const names = (await commandsOf(gateway.id)).map((one) => one.name);
    expect(names).toEqual(['keys.pin', 'grant.offer', 'grant.revoke']);
  });

  it('an offer that was never sent is taken back instead', async () => {
    const { request, supervisor, operator, gateway } = await asked();
    await approve(supervisor, request);
    await revokeOverride(operator.actor, { overrideId: request.overrideId, reason: '' });
    expect(await rowOf(request.overrideId), 'who it was is not said twice').toMatchObject({
      endReason: null,
      endedBy: operator.actor.name,
    });
    expect((await commandsOf(gateway.id)).map((one) => [one.name, one.resultCode])).toEqual([
      ['keys.pin', null],
      ['grant.offer', 'WITHDRAWN'],
    ]);
  });

  it('a supervisor alone breaks the glass with own PIN: alarm at once, review by someone else within a day', async () => {
    const { gateway, supervisor, second, site } = await asked();
    await expect(askFor(supervisor.actor, gateway.id, { breakGlass: true })).rejects.toMatchObject({ code: 'INVALID_PIN' });
    const request = await askFor(supervisor.actor, gateway.id, { breakGlass: true, pin: PIN });
    expect(request.state).toBe('approved');
    expect((request.reviewDueAt?.getTime() ?? 0) - Date.now()).toBeGreaterThan(23.9 * 3_600_000);
    const alert = await getDb().streamEvent.findFirst({ where: { gatewayId: gateway.id, type: 'safety_alert' } });
    expect(alert?.payload).toMatchObject({ severity: 'critical', override_id: request.overrideId });
    const alarm = () => getDb().alarm.findFirst({ where: { key: alarmKey('break_glass', request.overrideId) } });
    expect(await alarm()).toMatchObject({ priority: 1, gatewayId: gateway.id, clearedAt: null });
    await revokeOverride(second.actor, { overrideId: request.overrideId, reason: 'done' });
    expect(await rowOf(request.overrideId)).toMatchObject({ state: 'review_due', outcome: 'revoked' });
    const review = { overrideId: request.overrideId, text: 'looked at the record of the crane' };
    expect(await settle(closeReview(supervisor.actor, review))).toBe('FORBIDDEN');
    const auditor = await makePinned('auditor', site.id);
    expect(await closeReview(auditor.actor, review)).toMatchObject({ state: 'closed' });
    expect((await alarm())?.clearedAt).not.toBeNull();
  });

  it('an operator breaks no glass', async () => {
    const { gateway, operator } = await asked();
    expect(await settle(askFor(operator.actor, gateway.id, { breakGlass: true, pin: PIN }))).toBe('FORBIDDEN');
  });
});
