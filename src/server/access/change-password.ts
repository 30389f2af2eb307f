import { z } from 'zod';
import { DomainError } from '#/domain/errors/domain-error';
import { recordAudit } from '../audit/record-audit';
import { getDb } from '../db/client';
import type { Actor } from './actor';
import { confirmPassword } from './confirm-password';
import { hashPassword, MIN_PASSWORD_LENGTH } from './passwords';

export const changePasswordSchema = z.object({
  current: z.string().min(1, 'Enter your present password').max(1024),
  next: z.string().min(MIN_PASSWORD_LENGTH, `Use at least ${MIN_PASSWORD_LENGTH} characters`).max(1024),
});

/** Changes the actor's own password and ends all of this person's sessions, the present one too. Wrong guesses count as sign-ins. */
export async function changePassword(actor: Actor, input: z.infer<typeof changePasswordSchema>): Promise<void> {
  const db = getDb();
  const user = await db.user.findUniqueOrThrow({ where: { id: actor.id }, select: { passwordHash: true } });
  await confirmPassword(actor, input.current, 'password.change');
  const passwordHash = await hashPassword(input.next);
  await db.$transaction(async (tx) => {
    // Compare-and-set: a change that came in between wins, this one is refused.
    const changed = await tx.user.updateMany({
      where: { id: actor.id, passwordHash: user.passwordHash },
      data: { passwordHash, sessionEpoch: { increment: 1 } },
    });
    if (changed.count !== 1) throw new DomainError('CONFLICT', 'The password was changed elsewhere just now. Sign in with the new one.');
    await recordAudit(tx, actor, { name: 'user.changed', objectType: 'user', objectId: actor.id, data: { fields: ['password'] } });
  });
}
