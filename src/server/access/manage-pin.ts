/** What an administrator may do about another person's PIN. Nobody but the person ever chooses or learns one. */
import { z } from 'zod';
import { DomainError } from '#/domain/errors/domain-error';
import { recordAudit } from '../audit/record-audit';
import { getDb } from '../db/client';
import type { Actor } from './actor';
import { lockUser } from './find-user';
import { requireEverywhere } from './require-everywhere';

export const personSchema = z.object({ email: z.string().min(1).max(320) });
const REBIND_HOURS = 24;

/** Takes a PIN out of use at once. */
export async function disablePin(actor: Actor, email: string): Promise<void> {
  requireEverywhere(actor, 'user.manage');
  await getDb().$transaction(async (tx) => {
    const user = await lockUser(tx, email);
    await tx.user.update({ where: { id: user.id }, data: { pinDisabledAt: new Date(), pinRebindUntil: null } });
    const data = { why: 'by an administrator' };
    await recordAudit(tx, actor, { name: 'pin.disabled', objectType: 'user', objectId: user.id, data });
  });
}

/** Lets the person set a new PIN within a day, with the password. An administrator cannot do so for himself. */
export async function allowPinRebind(actor: Actor, email: string): Promise<{ until: Date }> {
  requireEverywhere(actor, 'user.manage');
  const until = new Date(Date.now() + REBIND_HOURS * 3_600_000);
  await getDb().$transaction(async (tx) => {
    const user = await lockUser(tx, email);
    if (user.id === actor.id) {
      throw new DomainError('FORBIDDEN', 'Another administrator has to allow you a new PIN.', {}, ['Ask another administrator']);
    }
    // The old PIN is void from now on, so that a thief of it gains nothing by the wait.
    await tx.user.update({ where: { id: user.id }, data: { pinDisabledAt: new Date(), pinRebindUntil: until } });
    const data = { until: until.toISOString() };
    await recordAudit(tx, actor, { name: 'pin.rebind_allowed', objectType: 'user', objectId: user.id, data });
  });
  return { until };
}
