/** The PIN step-up: proves, within a signed-in session, that the person is there. Attempts that arrive at once cannot outrun the counter. */
import { isPinShape } from '#/domain/access/pin-rules';
import { DomainError } from '#/domain/errors/domain-error';
import { recordAudit } from '../audit/record-audit';
import { type Db, getDb } from '../db/client';
import type { Actor } from './actor';
import { matchesPin } from './pin-hash';

export const MAX_WRONG_PINS = 5;
export const PIN_LOCK_MINUTES = 15;
/** In a row, over all windows: then the PIN is out of use until it is made anew. */
export const MAX_WRONG_IN_A_ROW = 10;

type Counted = { pinHash: string; attempts: number; inARow: number };

/**
 * Resolves when the PIN is the person's own. Throws INVALID_PIN (OTA_010) for a wrong, missing or disabled one and
 * RATE_LIMITED while it is locked. The counters are raised by one conditional UPDATE before the PIN is looked at.
 * `purpose` goes into the audit trail.
 */
export async function verifyPin(actor: Actor, pin: string, purpose: string): Promise<void> {
  const db = getDb();
  const counted = await countPinAttempt(db, actor.id);
  if (!counted) throw await refusalWithoutLook(db, actor, purpose);
  if (!isPinShape(pin) || !(await matchesPin(counted.pinHash, pin))) throw await refuseWrong(db, actor, purpose, counted);
  await db.$transaction(async (tx) => {
    // An administrator may have taken it out of use while it was looked at.
    const { count } = await tx.user.updateMany({
      where: { id: actor.id, pinHash: counted.pinHash, pinDisabledAt: null },
      data: { pinAttempts: 0, pinAttemptsSinceAt: null, pinLockedUntil: null, pinWrongInARow: 0, pinLastUsedAt: new Date() },
    });
    if (count !== 1) throw new DomainError('INVALID_PIN', 'Your PIN has just been taken out of use.', { disabled: true });
    await recordAudit(tx, actor, { name: 'pin.verified', objectType: 'user', objectId: actor.id, data: { purpose } });
  });
}

/** Raises both counters; null when there is no PIN to look at, it is locked, or out of use. The last allowed attempt locks at once. */
async function countPinAttempt(db: Db, userId: string): Promise<Counted | null> {
  const rows = await db.$queryRaw<Counted[]>`
    UPDATE "User" AS u SET
      "pinAttempts" = next.n,
      -- Renewed by each: five that are never 15 minutes apart lock, wherever a quarter of an hour begins.
      "pinAttemptsSinceAt" = now(),
      "pinLockedUntil" = CASE WHEN next.n >= ${MAX_WRONG_PINS} THEN now() + make_interval(mins => ${PIN_LOCK_MINUTES}) END,
      "pinWrongInARow" = u."pinWrongInARow" + 1
    FROM (
      SELECT id, CASE
        WHEN "pinLockedUntil" IS NOT NULL OR "pinAttemptsSinceAt" IS NULL
          OR "pinAttemptsSinceAt" < now() - make_interval(mins => ${PIN_LOCK_MINUTES}) THEN 1
        ELSE "pinAttempts" + 1 END AS n
      FROM "User" WHERE id = ${userId}::uuid AND "pinHash" IS NOT NULL AND "pinDisabledAt" IS NULL AND "disabledAt" IS NULL
        AND "pinWrongInARow" < ${MAX_WRONG_IN_A_ROW}
        AND ("pinLockedUntil" IS NULL OR "pinLockedUntil" <= now()) FOR UPDATE
    ) AS next
    WHERE u.id = next.id
    RETURNING u."pinHash", u."pinAttempts" AS attempts, u."pinWrongInARow" AS "inARow"`;
  return rows[0] ?? null;
}

async function refuseWrong(db: Db, actor: Actor, purpose: string, { attempts, inARow }: Counted): Promise<DomainError> {
  const disabled = inARow >= MAX_WRONG_IN_A_ROW;
  const left = Math.max(0, Math.min(MAX_WRONG_PINS - attempts, MAX_WRONG_IN_A_ROW - inARow));
  await db.$transaction(async (tx) => {
    const common = { objectType: 'user', objectId: actor.id, result: 'refused' } as const;
    await recordAudit(tx, actor, { name: 'pin.refused', ...common, data: { purpose, why: 'wrong', wrongInARow: inARow } });
    if (disabled) {
      await tx.user.updateMany({ where: { id: actor.id, pinDisabledAt: null }, data: { pinDisabledAt: new Date() } });
      const data = { why: `${MAX_WRONG_IN_A_ROW} wrong in a row` };
      await recordAudit(tx, actor, { name: 'pin.disabled', objectType: 'user', objectId: actor.id, data });
    }
  });
  const message = disabled
    ? `The PIN is wrong for the ${MAX_WRONG_IN_A_ROW}th time in a row and is out of use now.`
    : left === 0
      ? `The PIN is wrong, and locked for ${PIN_LOCK_MINUTES} minutes now.`
      : 'The PIN is wrong.';
  return new DomainError('INVALID_PIN', message, { attempts_left: left, locked: left === 0, disabled }, [
    disabled ? 'Ask an administrator to allow a new PIN' : left === 0 ? `Wait ${PIN_LOCK_MINUTES} minutes` : 'Enter the PIN again',
  ]);
}

async function refusalWithoutLook(db: Db, actor: Actor, purpose: string): Promise<DomainError> {
  const user = await db.user.findUnique({
    where: { id: actor.id },
    select: { pinHash: true, pinLockedUntil: true, pinDisabledAt: true, pinWrongInARow: true },
  });
  const waitMs = (user?.pinLockedUntil?.getTime() ?? 0) - Date.now();
  const isOut = user?.pinDisabledAt || (user?.pinWrongInARow ?? 0) >= MAX_WRONG_IN_A_ROW;
  const why = isOut ? 'disabled' : !user?.pinHash ? 'none' : 'locked';
  await db.$transaction((tx) =>
    recordAudit(tx, actor, {
      name: 'pin.refused',
      objectType: 'user',
      objectId: actor.id,
      result: 'refused',
      data: { purpose, why, wrongInARow: user?.pinWrongInARow ?? 0 },
    }),
  );
  if (why === 'disabled') {
    return new DomainError('INVALID_PIN', 'Your PIN is out of use after too many wrong attempts.', { disabled: true, attempts_left: 0 }, [
      'Ask an administrator to allow a new PIN, then set it on your account page',
    ]);
  }
  if (why === 'none') {
    return new DomainError('INVALID_PIN', 'You have no PIN yet.', { not_set: true }, ['Set a PIN on your account page']);
  }
  const wait = Math.max(1, Math.ceil(waitMs / 1000));
  return new DomainError(
    'RATE_LIMITED',
    `Your PIN is locked after ${MAX_WRONG_PINS} wrong attempts.`,
    { pin_locked: true, retry_after_seconds: wait },
    [`Try again in ${Math.ceil(wait / 60)} minutes`, 'Revoking and aborting need no PIN'],
  );
}
