import { DomainError } from '#/domain/errors/domain-error';
import { recordAudit } from '../audit/record-audit';
import { getDb } from '../db/client';
import type { Actor } from './actor';
import { verifyPassword } from './passwords';
import { countAttempt, LOCK_OUT_MINUTES } from './sign-in';

/**
 * Proves within a session that the person still knows the password: a stolen cookie alone does not. Counts as an attempt to
 * sign in, so that both together allow no more guesses. Throws VALIDATION_FAILED, or RATE_LIMITED while the account is locked.
 */
export async function confirmPassword(actor: Actor, password: string, purpose: string): Promise<void> {
  const db = getDb();
  const user = await db.user.findUniqueOrThrow({ where: { id: actor.id }, select: { passwordHash: true } });
  if (!(await countAttempt(db, actor.id))) {
    throw new DomainError(
      'RATE_LIMITED',
      `Too many wrong passwords: wait ${LOCK_OUT_MINUTES} minutes.`,
      { retry_after_seconds: LOCK_OUT_MINUTES * 60 },
      ['Wait, then try again'],
    );
  }
  if (!(await verifyPassword(user.passwordHash, password))) {
    await db.$transaction((tx) =>
      recordAudit(tx, actor, { name: 'password.refused', objectType: 'user', objectId: actor.id, result: 'refused', data: { purpose } }),
    );
    throw new DomainError('VALIDATION_FAILED', 'The password is not right.', {
      fields: [{ path: 'password', message: 'is not right' }],
    });
  }
  await db.user.update({ where: { id: actor.id }, data: { failedSignIns: 0, failedSignInsSinceAt: null, lockedUntil: null } });
}
