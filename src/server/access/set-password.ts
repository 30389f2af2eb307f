import { recordAudit } from '../audit/record-audit';
import { getDb } from '../db/client';
import type { Actor } from './actor';
import { passwordSchema } from './create-user';
import { lockUser } from './find-user';
import { hashPassword } from './passwords';
import { requireEverywhere } from './require-everywhere';

/** Gives a person a new password, ends all of the person's sessions and lifts a lock-out. */
export async function setPassword(actor: Actor, email: string, password: string): Promise<void> {
  requireEverywhere(actor, 'user.manage');
  const passwordHash = await hashPassword(passwordSchema.parse(password));
  await getDb().$transaction(async (tx) => {
    const user = await lockUser(tx, email);
    await tx.user.update({
      where: { id: user.id },
      data: { passwordHash, sessionEpoch: { increment: 1 }, failedSignIns: 0, failedSignInsSinceAt: null, lockedUntil: null },
    });
    await recordAudit(tx, actor, { name: 'user.changed', objectType: 'user', objectId: user.id, data: { fields: ['password'] } });
  });
}
