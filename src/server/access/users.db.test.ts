import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { getDb } from '../db/client';
import { type Actor, systemActor } from './actor';
import { createTokenFor } from './create-token';
import { createUser } from './create-user';
import { disableUser, enableUser } from './disable-user';
import { grantRole, revokeRole } from './grant-role';
import { listTokensOf } from './list-tokens';
import { listUsers } from './list-users';
import { revokeAnyToken } from './revoke-token';
import { setPassword } from './set-password';
import { signIn } from './sign-in';

const console_ = systemActor('test console');
const origin = { ip: null, requestId: null };
const PASSWORD = 'a long enough one';
const newEmail = () => `${randomUUID()}@test.example`;

async function eventsOf(userId: string): Promise<string[]> {
  const rows = await getDb().auditEvent.findMany({ where: { objectType: 'user', objectId: userId }, orderBy: { seq: 'asc' } });
  return rows.map((row) => row.name);
}

describe('managing people', () => {
  it('a created person signs in, whatever the case of the e-mail; no password is kept or recorded', async () => {
    const email = newEmail();
    const { userId } = await createUser(console_, { email: `  ${email.toUpperCase()} `, name: 'Pia', password: PASSWORD, role: 'viewer' });
    expect(await signIn(email, PASSWORD, origin)).toMatchObject({ ok: true, user: { id: userId, email } });
    expect(await eventsOf(userId)).toEqual(['user.created', 'user.role_granted']);
    const audit = await getDb().auditEvent.findMany({ where: { objectId: userId } });
    expect(JSON.stringify(audit.map((event) => event.data))).not.toContain(PASSWORD);
    expect((await listUsers(console_)).find((user) => user.id === userId)).toMatchObject({
      email,
      roles: [{ role: 'viewer', siteCode: null }],
      disabledAt: null,
    });
  });

  it('refuses a second person with the e-mail, short passwords and no e-mails', async () => {
    const email = newEmail();
    await createUser(console_, { email, name: 'One', password: PASSWORD });
    await expect(createUser(console_, { email: email.toUpperCase(), name: 'Two', password: PASSWORD })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    await expect(createUser(console_, { email: newEmail(), name: 'X', password: 'short' })).rejects.toThrow();
    await expect(createUser(console_, { email: 'nobody', name: 'X', password: PASSWORD })).rejects.toThrow();
  });

  it('an unknown site leaves nobody behind', async () => {
    const email = newEmail();
    const create = createUser(console_, { email, name: 'X', password: PASSWORD, role: 'operator', siteCode: 'NOWHERE' });
    await expect(create).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await getDb().user.count({ where: { email } })).toBe(0);
  });

  it('roles come and go once, even when they are given twice at the same time', async () => {
    const email = newEmail();
    const { userId } = await createUser(console_, { email, name: 'Rolf', password: PASSWORD });
    const given = await Promise.all([1, 2, 3].map(() => grantRole(console_, { email, role: 'operator', siteCode: null })));
    expect(given.filter(Boolean)).toHaveLength(1);
    expect(await revokeRole(console_, { email, role: 'operator', siteCode: null })).toBe(true);
    expect(await revokeRole(console_, { email, role: 'operator', siteCode: null })).toBe(false);
    expect(await getDb().roleAssignment.count({ where: { userId } })).toBe(0);
  });

  it('a disabled person is out, with sessions, until enabled again', async () => {
    const email = newEmail();
    const { userId } = await createUser(console_, { email, name: 'Dora', password: PASSWORD });
    expect(await disableUser(console_, email)).toBe(true);
    expect(await disableUser(console_, email)).toBe(false);
    expect(await signIn(email, PASSWORD, origin)).toEqual({ ok: false, why: 'disabled' });
    expect(await getDb().user.findUniqueOrThrow({ where: { id: userId } })).toMatchObject({ sessionEpoch: 1 });
    expect(await enableUser(console_, email)).toBe(true);
    expect(await signIn(email, PASSWORD, origin)).toMatchObject({ ok: true });
  });

  it('a new password ends sessions and lifts the lock-out', async () => {
    const email = newEmail();
    const { userId } = await createUser(console_, { email, name: 'Paul', password: PASSWORD });
    await getDb().user.update({ where: { id: userId }, data: { failedSignIns: 5, lockedUntil: new Date(Date.now() + 600_000) } });
    await setPassword(console_, email, 'another long one');
    expect(await signIn(email, 'another long one', origin)).toMatchObject({ ok: true, user: { sessionEpoch: 1 } });
    expect(await signIn(email, PASSWORD, origin)).toEqual({ ok: false, why: 'wrong_password' });
  });

  it('makes, lists and revokes tokens of someone else', async () => {
    const email = newEmail();
    await createUser(console_, { email, name: 'Toni', password: PASSWORD, role: 'viewer' });
    const { tokenId } = await createTokenFor(console_, email, { name: 'Dashboard' });
    await revokeAnyToken(console_, tokenId);
    expect(await listTokensOf(console_, email)).toMatchObject([{ id: tokenId, name: 'Dashboard', revokedAt: expect.any(Date) }]);
    await expect(revokeAnyToken(console_, randomUUID())).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('who may manage people', () => {
  it('only an administrator of every site', async () => {
    const email = newEmail();
    await createUser(console_, { email, name: 'Target', password: PASSWORD });
    const local: Actor = { ...console_, grants: [{ role: 'admin', siteId: randomUUID() }] };
    const supervisor: Actor = { ...console_, grants: [{ role: 'supervisor', siteId: null }] };
    for (const actor of [local, supervisor]) {
      for (const attempt of [
        () => createUser(actor, { email: newEmail(), name: 'X', password: PASSWORD }),
        () => listUsers(actor),
        () => grantRole(actor, { email, role: 'admin', siteCode: null }),
        () => revokeRole(actor, { email, role: 'viewer', siteCode: null }),
        () => disableUser(actor, email),
        () => setPassword(actor, email, 'another long one'),
        () => createTokenFor(actor, email, { name: 'X' }),
        () => listTokensOf(actor, email),
        () => revokeAnyToken(actor, randomUUID()),
      ]) {
        await expect(attempt()).rejects.toMatchObject({ code: 'FORBIDDEN' });
      }
    }
  });
});
