import { describe, expect, it } from 'vitest';
import { hashPin } from '../access/pin-hash';
import { getDb } from '../db/client';
import { putCalmSignals } from '../overrides/testing/override-world';
import { call, makeWorld, tokenOf, type World } from './testing/rest-world';

const PIN = '482915';
const PATH = '/safety/override';

async function world() {
  const made = await makeWorld();
  await givePin(made, 'supervisor');
  await putCalmSignals(made.gateway.id);
  return made;
}

async function givePin(made: World, role: string): Promise<void> {
  const roles = { some: { role, siteId: made.site.id } };
  await getDb().user.updateMany({ where: { roles }, data: { pinHash: await hashPin(PIN) } });
}

const enable = (changes: Record<string, unknown> = {}) => ({
  enable: true,
  pin: PIN,
  reason: 'the encoder is being replaced',
  duration: 1800,
  acknowledge_risks: true,
  ...changes,
});

describe('POST /safety/override', () => {
  it('an operator’s request waits for another person: 202, for what blocks now', async () => {
    const { operator, gateway } = await world();
    const { status, body } = await call('POST', PATH, { token: operator, body: enable({ pin: undefined }) });
    expect(status).toBe(202);
    expect(body).toMatchObject({
      status: 'pending_approval',
      approvers: ['supervisor'],
      constraints: ['ups_battery'],
      approvals_needed: 1,
    });
    const row = await getDb().overrideRequest.findUniqueOrThrow({ where: { id: body.override_id as string } });
    expect(row).toMatchObject({ gatewayId: gateway.id, state: 'requested', breakGlass: false });
    const safety = await call('GET', '/safety/status', { token: operator });
    expect(safety.body).toMatchObject({ force_override: false, update_allowed: false });
  });

  it('a supervisor with own PIN enables at once, as break-glass; the status shows it; enable false ends it without a PIN', async () => {
    const { supervisor, operator } = await world();
    const { status, body } = await call('POST', PATH, { token: supervisor, body: enable() });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'override_enabled',
      constraints_overridden: ['ups_battery'],
      acknowledgments: { risk_accepted: true },
      break_glass: true,
    });
    const during = await call('GET', '/safety/status', { token: operator });
    expect(during.body).toMatchObject({ force_override: true, update_allowed: true, overrides: [{ override_id: body.override_id }] });
    const ended = await call('POST', PATH, { token: operator, body: { enable: false, reason: 'done' } });
    expect([ended.status, ended.body]).toMatchObject([200, { status: 'override_disabled', override_id: body.override_id }]);
    expect((await call('GET', '/safety/status', { token: operator })).body).toMatchObject({ force_override: false, update_allowed: false });
    expect(await getDb().overrideRequest.findUnique({ where: { id: body.override_id as string } })).toMatchObject({ state: 'review_due' });
    const again = await call('POST', PATH, { token: operator, body: { enable: false, reason: 'done' } });
    expect([again.status, again.body.code]).toEqual([409, 'CONFLICT']);
  });

  it('a wrong PIN is OTA_010; five lock it: 429 with Retry-After; revoking goes on', async () => {
    const { supervisor } = await world();
    const { body: first } = await call('POST', PATH, { token: supervisor, body: enable() });
    const other = enable({ pin: '100101', constraints: ['disk_space'] });
    for (let count = 0; count < 5; count += 1) {
      const { status, body } = await call('POST', PATH, { token: supervisor, body: other });
      expect([status, body.error_code, body.code]).toEqual([403, 'OTA_010', 'INVALID_PIN']);
    }
    const locked = await call('POST', PATH, { token: supervisor, body: enable({ constraints: ['disk_space'] }) });
    expect([locked.status, locked.body.code]).toEqual([429, 'RATE_LIMITED']);
    expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(800);
    const ended = await call('POST', PATH, { token: supervisor, body: { enable: false, reason: 'done' } });
    expect(ended.body.override_id).toBe(first.override_id);
  });

  it('a PIN that an operator gives needlessly must still be right', async () => {
    const made = await world();
    await givePin(made, 'operator');
    const wrong = await call('POST', PATH, { token: made.operator, body: enable({ pin: '100101' }) });
    expect([wrong.status, wrong.body.error_code]).toEqual([403, 'OTA_010']);
    expect((await call('POST', PATH, { token: made.operator, body: enable() })).status).toBe(202);
  });

  it.each([
    ['acknowledge_risks', { acknowledge_risks: false }],
    ['duration', { duration: 59 }],
    ['duration', { duration: 14_401 }],
    ['duration', { duration: undefined }],
    ['reason', { reason: 'short' }],
    ['durationSeconds', { duration: 3601, constraints: ['crane_motion'] }],
  ])('refuses a bad %s', async (path, changes) => {
    const { operator } = await world();
    const { status, body } = await call('POST', PATH, { token: operator, body: enable({ pin: undefined, ...changes }) });
    expect([status, body.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect((body.details as { fields: { path: string }[] }).fields.map((field) => field.path)).toContain(path);
  });

  it('a viewer may not, and another site’s operator does not see the gateway', async () => {
    const { viewer, gateway } = await world();
    expect((await call('POST', PATH, { token: viewer, body: enable() })).status).toBe(403);
    const stranger = await tokenOf('operator', (await makeWorld()).site.id);
    const { status } = await call('POST', PATH, { token: stranger, body: enable({ gateway_id: gateway.id }) });
    expect(status).toBe(404);
  });

  it('only hard limits block: nobody overrides them', async () => {
    const { supervisor, gateway } = await world();
    await putCalmSignals(gateway.id, 15);
    const { status, body } = await call('POST', PATH, { token: supervisor, body: enable() });
    expect([status, body.error_code]).toEqual([400, 'OTA_002']);
  });

  it('the same Idempotency-Key gives the first answer again, status and all', async () => {
    const { operator, gateway } = await world();
    const headers = { 'idempotency-key': `override-${gateway.id}` };
    const [first, second] = [
      await call('POST', PATH, { token: operator, headers, body: enable({ pin: undefined }) }),
      await call('POST', PATH, { token: operator, headers, body: enable({ pin: undefined }) }),
    ];
    expect([second.status, second.body]).toEqual([202, first.body]);
    expect(await getDb().overrideRequest.count({ where: { gatewayId: gateway.id } })).toBe(1);
  });
});

describe('an approver’s program', () => {
  const decide = (token: string, body: object) => call('POST', `${PATH}/decide`, { token, body });

  async function asked() {
    const made = await world();
    const { body } = await call('POST', PATH, { token: made.operator, body: enable({ pin: undefined }) });
    const view = await call('GET', `${PATH}/request?override_id=${body.override_id}`, { token: made.supervisor });
    expect([view.status, view.body]).toMatchObject([
      200,
      {
        state: 'requested',
        gateway_id: made.gateway.id,
        duration: 1800,
        approvals_needed: 1,
        approved_by: [],
        request_hash: body.request_hash,
      },
    ]);
    return { ...made, overrideId: body.override_id as string, hash: view.body.request_hash as string };
  }
  const stateOf = async (id: string) => (await getDb().overrideRequest.findUniqueOrThrow({ where: { id } })).state;

  it('sees the request and approves exactly that with the own PIN; again is a conflict', async () => {
    const { supervisor, overrideId, hash } = await asked();
    const approve = { override_id: overrideId, decision: 'approve', request_hash: hash, pin: PIN };
    const { status, body } = await decide(supervisor, approve);
    expect([status, body]).toMatchObject([200, { status: 'approved', override_id: overrideId, approvals_left: 0 }]);
    expect(Date.parse(body.expires_at as string)).toBeGreaterThan(Date.now());
    expect(await stateOf(overrideId)).toBe('approved');
    const again = await decide(supervisor, approve);
    expect([again.status, again.body.code]).toEqual([409, 'CONFLICT']);
  });

  it('approves nothing without PIN and hash, with a wrong one of either, nor what was asked for by the same person', async () => {
    const { operator, supervisor, site, overrideId, hash } = await asked();
    const approve = { override_id: overrideId, decision: 'approve', request_hash: hash, pin: PIN };
    const { pin: _pin, ...noPin } = approve;
    const { request_hash: _hash, ...noHash } = approve;
    for (const body of [noPin, noHash]) expect((await decide(supervisor, body)).body.code).toBe('VALIDATION_FAILED');
    expect((await decide(supervisor, { ...approve, pin: '100101' })).body.error_code).toBe('OTA_010');
    expect((await decide(supervisor, { ...approve, request_hash: 'a'.repeat(64) })).body.code).toBe('CONFLICT');
    expect((await decide(operator, approve)).body.code).toBe('FORBIDDEN');
    // The requester becomes a supervisor as well: it stays the own request.
    const { requesterId } = await getDb().overrideRequest.findUniqueOrThrow({ where: { id: overrideId } });
    await getDb().roleAssignment.create({ data: { userId: requesterId, role: 'supervisor', siteId: site.id } });
    await getDb().user.update({ where: { id: requesterId }, data: { pinHash: await hashPin(PIN) } });
    const { status, body } = await decide(operator, approve);
    expect([status, body.code, body.details]).toMatchObject([403, 'FORBIDDEN', { why: 'own_request' }]);
    expect(await stateOf(overrideId)).toBe('requested');
  });

  it('rejects without a PIN', async () => {
    const { supervisor, overrideId } = await asked();
    const { body } = await decide(supervisor, { override_id: overrideId, decision: 'reject', reason: 'Replace the battery first' });
    expect(body).toMatchObject({ status: 'rejected', override_id: overrideId });
    expect(await stateOf(overrideId)).toBe('rejected');
  });
});
