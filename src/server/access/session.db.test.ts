import { randomUUID } from 'node:crypto';
import { encode } from 'next-auth/jwt';
import { describe, expect, it } from 'vitest';
import { getDb } from '../db/client';
import { changePassword } from './change-password';
import { hashPassword } from './passwords';
import { sessionFromCookies } from './session';
import { MAX_FAILED_SIGN_INS, signIn } from './sign-in';
import { SESSION_COOKIE, sessionSettings } from './session-settings';

const ORIGIN = { ip: null, requestId: null };
const PASSWORD = 'a long and right password';

async function signedIn(startedAtMs = Date.now()) {
  const user = await getDb().user.create({
    data: {
      email: `${randomUUID()}@test.example`,
      name: 'Test',
      passwordHash: await hashPassword(PASSWORD),
      roles: { create: { role: 'operator' } },
    },
  });
  const token = await encode({ token: { sub: user.id, epoch: 0, startedAtMs }, secret: sessionSettings().secret, maxAge: 600 });
  return { user, cookie: `other=1; ${SESSION_COOKIE}=${token}` };
}

describe('session', () => {
  it('gives the actor with the roles as they are now', async () => {
    const { user, cookie } = await signedIn();
    expect((await sessionFromCookies(cookie, ORIGIN))?.actor).toMatchObject({
      id: user.id,
      type: 'user',
      grants: [{ role: 'operator', siteId: null }],
    });
    await getDb().roleAssignment.deleteMany({ where: { userId: user.id } });
    expect((await sessionFromCookies(cookie, ORIGIN))?.actor.grants).toEqual([]);
  });

  it('ends after the absolute time, however active the person is', async () => {
    const { cookie } = await signedIn(Date.now() - sessionSettings().absoluteTimeoutMs - 1);
    expect(await sessionFromCookies(cookie, ORIGIN)).toBeNull();
  });

  it('ends when the person is disabled', async () => {
    const { user, cookie } = await signedIn();
    await getDb().user.update({ where: { id: user.id }, data: { disabledAt: new Date() } });
    expect(await sessionFromCookies(cookie, ORIGIN)).toBeNull();
  });

  it('ends everywhere when the password is changed; a wrong present password changes nothing', async () => {
    const { cookie } = await signedIn();
    const session = await sessionFromCookies(cookie, ORIGIN);
    if (!session) throw new Error('no session');
    await expect(changePassword(session.actor, { current: 'wrong', next: 'another long password' })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
    });
    expect(await sessionFromCookies(cookie, ORIGIN)).not.toBeNull();
    await changePassword(session.actor, { current: PASSWORD, next: 'another long password' });
    expect(await sessionFromCookies(cookie, ORIGIN)).toBeNull();
  });

  it('guesses at the present password are limited as sign-ins are', async () => {
    const { user, cookie } = await signedIn();
    const session = await sessionFromCookies(cookie, ORIGIN);
    if (!session) throw new Error('no session');
    const guess = (current: string) =>
      changePassword(session.actor, { current, next: 'another long password' }).then(
        () => 'changed',
        (error: { code: string }) => error.code,
      );
    const answers = await Promise.all(Array.from({ length: MAX_FAILED_SIGN_INS + 3 }, (_, at) => guess(`wrong ${at}`)));
    expect(answers.filter((answer) => answer === 'VALIDATION_FAILED')).toHaveLength(MAX_FAILED_SIGN_INS);
    expect(answers.filter((answer) => answer === 'RATE_LIMITED')).toHaveLength(3);
    expect(await guess(PASSWORD)).toBe('RATE_LIMITED');
    expect(await signIn(user.email, PASSWORD, ORIGIN)).toEqual({ ok: false, why: 'locked' });
    const refused = { name: 'password.refused', objectId: user.id };
    expect(await getDb().auditEvent.count({ where: refused })).toBe(MAX_FAILED_SIGN_INS);
  });

  it('refuses rubbish, a token of another key, and no cookie', async () => {
    const { user } = await signedIn();
    const forged = await encode({
      token: { sub: user.id, epoch: 0, startedAtMs: Date.now() },
      secret: 'another secret altogether',
      maxAge: 600,
    });
    for (const cookie of [null, '', `${SESSION_COOKIE}=rubbish`, `${SESSION_COOKIE}=${forged}`])
      expect(await sessionFromCookies(cookie, ORIGIN)).toBeNull();
  });
});
