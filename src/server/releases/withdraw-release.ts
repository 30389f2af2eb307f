import { z } from 'zod';
import { DomainError } from '#/domain/errors/domain-error';
import type { Actor } from '../access/actor';
import { requireEverywhere } from '../access/require-everywhere';
import { recordAudit } from '../audit/record-audit';
import { getDb } from '../db/client';
import { cancelWithdrawnJobs } from './cancel-withdrawn-jobs';
import { lockRelease } from './lock-release';
import { noteRelease } from './note-release';

export const withdrawReleaseSchema = z.object({
  releaseId: z.uuid(),
  reason: z.string().trim().min(3, 'say why').max(500),
});

/**
 * Offers a release to nobody any more. Jobs that have not begun to write it are cancelled; a write that runs goes on, since
 * half an image is worse than a whole one. False: it was withdrawn before.
 */
export async function withdrawRelease(
  actor: Actor,
  input: { version: string; reason?: string | undefined } | { releaseId: string; reason: string },
): Promise<boolean> {
  requireEverywhere(actor, 'release.write');
  const releaseId = await withdraw(actor, input);
  if (releaseId === null) return false;
  // The loop of the controller does the same: whatever ends this program here loses nothing.
  await cancelWithdrawnJobs(releaseId);
  return true;
}

function withdraw(actor: Actor, input: { version: string; reason?: string | undefined } | { releaseId: string; reason: string }) {
  return getDb().$transaction(async (tx) => {
    const where = 'releaseId' in input ? { id: input.releaseId } : { version: input.version };
    const found = await tx.release.findUnique({ where, select: { id: true, state: true } });
    if (!found) throw new DomainError('NOT_FOUND', `There is no release ${'version' in input ? input.version.slice(0, 80) : 'like this'}.`);
    await tx.$queryRaw`SELECT id FROM "Release" WHERE id = ${found.id}::uuid FOR UPDATE`;
    const now = await tx.release.findUniqueOrThrow({ where: { id: found.id }, select: { state: true } });
    if (now.state === 'withdrawn') return null;
    const { release, next } = await lockRelease(tx, found.id, 'withdraw');
    const reason = input.reason ?? null;
    await tx.release.update({ where: { id: release.id }, data: { state: next, withdrawnAt: new Date(), withdrawnReason: reason } });
    const message = reason === null ? 'withdrawn' : `withdrawn: ${reason}`;
    await noteRelease(tx, actor, { releaseId: release.id, kind: 'withdrawn', message, data: { from: release.state } });
    const event = { name: 'release.withdrawn', objectType: 'release', objectId: release.id, data: { version: release.version } } as const;
    await recordAudit(tx, actor, reason === null ? event : { ...event, reason });
    return release.id;
  });
}
