import { DomainError } from '#/domain/errors/domain-error';
import type { Actor } from '../access/actor';
import { requireEverywhere } from '../access/require-everywhere';
import { recordAudit } from '../audit/record-audit';
import { getDb } from '../db/client';

/** Offers a release to nobody any more; jobs that have it go on. False: it was withdrawn before. */
export async function withdrawRelease(actor: Actor, input: { version: string; reason?: string | undefined }): Promise<boolean> {
  requireEverywhere(actor, 'release.write');
  return getDb().$transaction(async (tx) => {
    const release = await tx.release.findUnique({ where: { version: input.version }, select: { id: true } });
    if (!release) throw new DomainError('NOT_FOUND', `There is no release ${input.version.slice(0, 80)}.`);
    const where = { id: release.id, state: { not: 'withdrawn' } };
    const { count } = await tx.release.updateMany({ where, data: { state: 'withdrawn' } });
    if (count === 0) return false;
    const event = { name: 'release.withdrawn', objectType: 'release', objectId: release.id, data: { version: input.version } } as const;
    await recordAudit(tx, actor, input.reason === undefined ? event : { ...event, reason: input.reason });
    return true;
  });
}
