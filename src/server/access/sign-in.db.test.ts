import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { getDb } from '../db/client';
import { hashPassword } from './passwords';
import { MAX_FAILED_SIGN_INS, signIn } from './sign-in';

const ORIGIN = { ip: '10.0.0.1', requestId: null };
const PASSWORD = 'a long and right password';

async function person(over: { disabledAt?: Date } = {}) {
  const email = `${randomUUID()}@test.example`;
  return getDb().user.create({ data: { email, name: 'Test', passwordHash: await hashPassword(PASSWORD), ...over } });
}

async function refusals(userId: string): Promise<unknown[]> {
  const events = await getDb().auditEvent.findMany({ where: { objectId: userId, name: 'session.refused' }, orderBy: { seq: 'asc' } });
  return events.map((event) => (event.data as { why: string }).why);
}

describe('sign-in', () => {
  it('lets the right password in, whatever the case of the e-mail, and records it', async () => {
    const user = await person();
    const result = await signIn(` ${user.email.toUpperCase()} `, PASSWORD, ORIGIN);
    expect(result).toMatchObject({ ok: true, user: { id: user.id } });
    expect(await getDb().auditEvent.count({ where: { objectId: user.id, name: 'session.signed_in' } })).toBe(1);
  });

  it('locks after five wrong passwords, also for the right one, and says so only in the audit trail', async () => {
    const user = await person();
    for (let n = 0; n < MAX_FAILED_SIGN_INS; n += 1)
      expect(await signIn(user.email, 'wrong', ORIGIN)).toEqual({ ok: false, why: 'wrong_password' });
    expect(await signIn(user.email, PASSWORD, ORIGIN)).toEqual({ ok: false, why: 'locked' });
    expect(await refusals(user.id)).toEqual([...Array(MAX_FAILED_SIGN_INS).fill('wrong_password'), 'locked']);
  });

  it('verifies at most five of many guesses that come at once', async () => {
    const user = await person();
    const results = await Promise.all(Array.from({ length: 20 }, () => signIn(user.email, 'wrong', ORIGIN)));
    expect(results.filter((result) => !result.ok && result.why === 'wrong_password')).toHaveLength(MAX_FAILED_SIGN_INS);
  });

  it('opens again when the lock has run out, and counts from one', async () => {
    const user = await person();
    const past = new Date(Date.now() - 1000);
    await getDb().user.update({ where: { id: user.id }, data: { failedSignIns: 5, failedSignInsSinceAt: past, lockedUntil: past } });
    expect(await signIn(user.email, 'wrong', ORIGIN)).toEqual({ ok: false, why: 'wrong_password' });
    expect(await getDb().user.findUniqueOrThrow({ where: { id: user.id } })).toMatchObject({ failedSignIns: 1, lockedUntil: null });
    expect((await signIn(user.email, PASSWORD, ORIGIN)).ok).toBe(true);
  });

  it('forgets wrong passwords that are older than the window', async () => {
    const user = await person();
    const before = new Date(Date.now() - 16 * 60_000);
    await getDb().user.update({ where: { id: user.id }, data: { failedSignIns: 4, failedSignInsSinceAt: before } });
    await signIn(user.email, 'wrong', ORIGIN);
    expect(await getDb().user.findUniqueOrThrow({ where: { id: user.id } })).toMatchObject({ failedSignIns: 1, lockedUntil: null });
  });

  it('refuses a disabled person and an unknown one, and keeps nothing of what was typed', async () => {
    const user = await person({ disabledAt: new Date() });
    expect(await signIn(user.email, PASSWORD, ORIGIN)).toEqual({ ok: false, why: 'disabled' });
    const typed = `hunter2-${randomUUID()}`;
    expect(await signIn(typed, PASSWORD, ORIGIN)).toEqual({ ok: false, why: 'unknown_user' });
    const events = await getDb().auditEvent.findMany({ where: { name: 'session.refused' } });
    expect(JSON.stringify(events, (_key, value) => (typeof value === 'bigint' ? String(value) : value))).not.toContain(typed);
  });
});
