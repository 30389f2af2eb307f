import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { getDb } from '../db/client';
import { makePerson } from '../testing/fleet-rows';
import { allowPinRebind, disablePin } from './manage-pin';
import { hashPassword } from './passwords';
import { hashPin } from './pin-hash';
import { changePin, pinStatus, setPin } from './set-pin';
import { signIn } from './sign-in';
import { MAX_WRONG_IN_A_ROW, MAX_WRONG_PINS, verifyPin } from './verify-pin';

const PASSWORD = 'a long enough password';
const PIN = '482915';

async function person(pin: string | null = PIN) {
  const made = await makePerson('supervisor');
  const passwordHash = await hashPassword(PASSWORD);
  await getDb().user.update({ where: { id: made.userId }, data: { passwordHash, ...(pin ? { pinHash: await hashPin(pin) } : {}) } });
  return made.actor;
}
const codeOf = (error: unknown) => (error as { code?: string }).code;
const attempt = (actor: Awaited<ReturnType<typeof person>>, pin: string) =>
  verifyPin(actor, pin, 'test').then(
    () => 'OK',
    (error: unknown) => codeOf(error),
  );
const rowOf = (id: string) => getDb().user.findUniqueOrThrow({ where: { id } });
/** The lock and the window as if they were long over. */
const waitOut = (id: string) =>
  getDb().user.update({ where: { id }, data: { pinLockedUntil: new Date(0), pinAttemptsSinceAt: new Date(0) } });
const auditOf = (id: string) => getDb().auditEvent.findMany({ where: { objectType: 'user', objectId: id }, orderBy: { seq: 'asc' } });

describe('PIN step-up', () => {
  it('accepts the right one and refuses a wrong one with INVALID_PIN, both audited and without the PIN', async () => {
    const actor = await person();
    expect([await attempt(actor, '000001'), await attempt(actor, PIN)]).toEqual(['INVALID_PIN', 'OK']);
    expect(await rowOf(actor.id)).toMatchObject({ pinAttempts: 0, pinWrongInARow: 0 });
    const events = await auditOf(actor.id);
    expect(events.map((event) => event.name)).toEqual(expect.arrayContaining(['pin.refused', 'pin.verified']));
    expect(JSON.stringify(events.map((event) => event.data))).not.toContain(PIN);
  });

  it('50 parallel wrong PINs: at most 5 are looked at, then it is locked, even for the right one', async () => {
    const actor = await person();
    const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => attempt(actor, String(100_100 + index))));
    const looked = answers.filter((answer) => answer === 'INVALID_PIN').length;
    process.stdout.write(`50 parallel wrong PINs: ${looked} were looked at, ${50 - looked} refused by the lock\n`);
    expect(looked).toBe(MAX_WRONG_PINS);
    expect(answers.filter((answer) => answer === 'RATE_LIMITED')).toHaveLength(50 - MAX_WRONG_PINS);
    expect(await attempt(actor, PIN)).toBe('RATE_LIMITED');
    const refusals = (await auditOf(actor.id)).filter((event) => event.name === 'pin.refused');
    expect(refusals).toHaveLength(51);
  });

  it('a lock says when to come again, ends, and never blocks signing in', async () => {
    const actor = await person();
    for (let count = 0; count < MAX_WRONG_PINS; count += 1) await attempt(actor, '100101');
    await expect(verifyPin(actor, PIN, 'test')).rejects.toMatchObject({ details: { retry_after_seconds: expect.any(Number) } });
    expect((await signIn(actor.name, PASSWORD, { ip: null, requestId: null })).ok).toBe(true);
    await waitOut(actor.id);
    expect(await attempt(actor, PIN)).toBe('OK');
  });

  it('five within a quarter of an hour lock, wherever it begins', async () => {
    const actor = await person();
    const pass = (minutes: number) => getDb().$executeRaw`
      UPDATE "User" SET "pinAttemptsSinceAt" = "pinAttemptsSinceAt" - make_interval(mins => ${minutes}) WHERE id = ${actor.id}::uuid`;
    await attempt(actor, '100101');
    await pass(14);
    for (let count = 0; count < 3; count += 1) await attempt(actor, '100101');
    await pass(2);
    expect([await attempt(actor, '100101'), await attempt(actor, PIN)]).toEqual(['INVALID_PIN', 'RATE_LIMITED']);
  });

  it('10 wrong in a row, over windows, put it out of use until an administrator and the person make a new one', async () => {
    const [actor, admin] = [await person(), (await makePerson('admin')).actor];
    for (let count = 0; count < MAX_WRONG_IN_A_ROW; count += 1) {
      await waitOut(actor.id);
      expect(await attempt(actor, '100101')).toBe('INVALID_PIN');
    }
    await waitOut(actor.id);
    await expect(verifyPin(actor, PIN, 'test')).rejects.toMatchObject({ code: 'INVALID_PIN', details: { disabled: true } });
    await expect(setPin(actor, { pin: '730184', password: PASSWORD })).rejects.toMatchObject({ code: 'CONFLICT' });
    await allowPinRebind(admin, actor.name);
    await setPin(actor, { pin: '730184', password: PASSWORD });
    expect([await attempt(actor, PIN), await attempt(actor, '730184')]).toEqual(['INVALID_PIN', 'OK']);
    expect(await pinStatus(actor)).toMatchObject({ isSet: true, disabled: false, rebindUntil: null });
  });

  it('a PIN that an administrator took out of use is refused, and one of a person without any', async () => {
    const [actor, none, admin] = [await person(), await person(null), (await makePerson('admin')).actor];
    await disablePin(admin, actor.name);
    expect(await attempt(actor, PIN)).toBe('INVALID_PIN');
    expect(await attempt(none, PIN)).toBe('INVALID_PIN');
  });

  it('is hashed with a pepper that is not in the database', async () => {
    const { pinHash } = await rowOf((await person()).id);
    const { verify } = await import('@node-rs/argon2');
    expect(pinHash).toContain('$argon2id$');
    expect(await verify(pinHash ?? '', PIN).catch(() => false)).toBe(false);
  });
});

describe('setting a PIN', () => {
  it('needs the password: a stolen cookie alone sets none', async () => {
    const actor = await person(null);
    await expect(setPin(actor, { pin: '730184', password: randomUUID() })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    await setPin(actor, { pin: '730184', password: PASSWORD });
    await expect(setPin(actor, { pin: '619372', password: PASSWORD })).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(changePin(actor, { pin: '619372', currentPin: '111222', password: PASSWORD })).rejects.toMatchObject({
      code: 'INVALID_PIN',
    });
    await changePin(actor, { pin: '619372', currentPin: '730184', password: PASSWORD });
    expect(await attempt(actor, '619372')).toBe('OK');
  });

  it('guesses of the password are limited as those of signing in', async () => {
    const actor = await person(null);
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => setPin(actor, { pin: '730184', password: 'wrong' }).then(String, (error: unknown) => codeOf(error))),
    );
    expect(answers.filter((answer) => answer === 'VALIDATION_FAILED')).toHaveLength(5);
  });

  it('refuses trivial ones and those that are too short', async () => {
    const actor = await person(null);
    for (const pin of ['7392', '123456', '111111', '121212', '010190', '12a456', '1234567890123']) {
      await expect(setPin(actor, { pin, password: PASSWORD })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    }
  });
});
