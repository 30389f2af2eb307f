/** Sign-in with e-mail and password, with a lock-out that parallel guesses cannot outrun. */
import { recordAudit } from '../audit/record-audit';
import { type Db, getDb } from '../db/client';
import type { Actor } from './actor';
import { verifyPassword } from './passwords';

export const MAX_FAILED_SIGN_INS = 5;
export const LOCK_OUT_MINUTES = 15;

export type SignInRefusal = 'unknown_user' | 'disabled' | 'locked' | 'wrong_password';
export type SignInResult =
  | { ok: true; user: { id: string; email: string; name: string; sessionEpoch: number } }
  | { ok: false; why: SignInRefusal };

/** Where the attempt came from, for the audit trail. */
export type SignInOrigin = { ip: string | null; requestId: string | null };

/**
 * Checks the credentials. The counter is raised by one conditional UPDATE before the password is looked at, so at most
 * five guesses are verified within the window however many arrive at once. Every path verifies one hash.
 */
export async function signIn(email: string, password: string, origin: SignInOrigin): Promise<SignInResult> {
  const db = getDb();
  const user = await db.user.findUnique({ where: { email: email.trim().toLowerCase() } });
  if (!user) {
    await verifyPassword(null, password);
    await recordRefusal(db, null, 'unknown_user', origin);
    return { ok: false, why: 'unknown_user' };
  }
  if (!(await countAttempt(db, user.id))) {
    await verifyPassword(null, password);
    await recordRefusal(db, user, 'locked', origin);
    return { ok: false, why: 'locked' };
  }
  const matches = await verifyPassword(user.passwordHash, password);
  if (!matches || user.disabledAt !== null) {
    const why = matches ? 'disabled' : 'wrong_password';
    await recordRefusal(db, user, why, origin);
    return { ok: false, why };
  }
  await db.$transaction(async (tx) => {
    await tx.user.update({
      where: { id: user.id },
      data: { failedSignIns: 0, failedSignInsSinceAt: null, lockedUntil: null, lastSignInAt: new Date() },
    });
    await recordAudit(tx, personOf(user, origin), {
      name: 'session.signed_in',
      objectType: 'session',
      objectId: user.id,
      data: {},
    });
  });
  return { ok: true, user: { id: user.id, email: user.email, name: user.name, sessionEpoch: user.sessionEpoch } };
}

/** Raises the counter; false when the account is locked. A window that has run out starts anew at one. */
export async function countAttempt(db: Db, userId: string): Promise<boolean> {
  const changed = await db.$executeRaw`
    UPDATE "User" AS u SET
      "failedSignIns" = next.n,
      "failedSignInsSinceAt" = CASE WHEN next.n = 1 THEN now() ELSE u."failedSignInsSinceAt" END,
      "lockedUntil" = CASE WHEN next.n >= ${MAX_FAILED_SIGN_INS} THEN now() + make_interval(mins => ${LOCK_OUT_MINUTES}) END
    FROM (
      SELECT id, CASE
        WHEN "lockedUntil" IS NOT NULL OR "failedSignInsSinceAt" IS NULL
          OR "failedSignInsSinceAt" < now() - make_interval(mins => ${LOCK_OUT_MINUTES}) THEN 1
        ELSE "failedSignIns" + 1 END AS n
      FROM "User" WHERE id = ${userId}::uuid AND ("lockedUntil" IS NULL OR "lockedUntil" <= now()) FOR UPDATE
    ) AS next
    WHERE u.id = next.id`;
  return changed === 1;
}

async function recordRefusal(db: Db, user: { id: string; email: string } | null, why: SignInRefusal, origin: SignInOrigin): Promise<void> {
  await db.$transaction((tx) =>
    recordAudit(tx, personOf(user, origin), {
      name: 'session.refused',
      objectType: 'session',
      // What was typed is not kept: people type passwords into the wrong field.
      objectId: user?.id ?? 'unknown',
      result: 'refused',
      data: { why },
    }),
  );
}

function personOf(user: { id: string; email: string } | null, origin: SignInOrigin): Actor {
  return {
    type: 'user',
    id: user?.id ?? 'unknown',
    name: user?.email ?? 'unknown',
    grants: [],
    gatewayId: null,
    tokenId: null,
    ip: origin.ip,
    requestId: origin.requestId,
  };
}
