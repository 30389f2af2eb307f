import { recordAudit } from '../audit/record-audit';
import { getDb } from '../db/client';
import type { Actor } from './actor';
import { lockUser } from './find-user';
import { isAdmin, requireAnAdmin } from './last-admin';
import { requireEverywhere } from './require-everywhere';

/** Shuts a person out: sessions and tokens end at once. False when it is so already; CONFLICT for the last administrator. */
export async function disableUser(actor: Actor, email: string): Promise<boolean> {
  return setDisabled(actor, email, true);
}

/** Lets a person in again. */
export async function enableUser(actor: Actor, email: string): Promise<boolean> {
  return setDisabled(actor, email, false);
}

async function setDisabled(actor: Actor, email: string, disabled: boolean): Promise<boolean> {
  requireEverywhere(actor, 'user.manage');
  return getDb().$transaction(async (tx) => {
    const user = await lockUser(tx, email);
    if ((user.disabledAt !== null) === disabled) return false;
    await tx.user.update({
      where: { id: user.id },
      data: disabled ? { disabledAt: new Date(), sessionEpoch: { increment: 1 } } : { disabledAt: null },
    });
    if (disabled && (await isAdmin(tx, user.id))) await requireAnAdmin(tx);
    await recordAudit(tx, actor, {
      name: 'user.changed',
      objectType: 'user',
      objectId: user.id,
      data: { fields: [disabled ? 'disabled' : 'enabled'] },
    });
    return true;
  });
}
