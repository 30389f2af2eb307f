/** A release that is about to change: locked, as it is now, and allowed to by the table of its life. */
import { DomainError } from '#/domain/errors/domain-error';
import { applyReleaseVerb, type ReleaseState, type ReleaseVerb, releaseStateOf } from '#/domain/releases/release-machine';
import type { Tx } from '../db/client';

/**
 * Throws NOT_FOUND, and CONFLICT when its state does not allow the verb or somebody changed it since `revision` was read.
 * The row stays locked until the transaction ends.
 */
export async function lockRelease(tx: Tx, releaseId: string, verb: ReleaseVerb, revision?: string | undefined) {
  await tx.$queryRaw`SELECT id FROM "Release" WHERE id = ${releaseId}::uuid FOR UPDATE`;
  const release = await tx.release.findUnique({ where: { id: releaseId }, include: { artifact: true } });
  if (!release) throw new DomainError('NOT_FOUND', 'There is no such release.');
  if (revision !== undefined && (await revisionOf(tx, releaseId)) !== revision) {
    throw new DomainError('CONFLICT', 'Somebody has changed this release since you looked at it. Nothing of yours was saved.', {}, [
      'Look at it again',
    ]);
  }
  const next = applyReleaseVerb(releaseStateOf(release.state), verb);
  if (next === null) throw notAllowed(release.version, releaseStateOf(release.state), verb);
  return { release, next };
}

/** Changes with everything that is noted of the release. */
export async function revisionOf(db: Pick<Tx, 'releaseEvent'>, releaseId: string): Promise<string> {
  const last = await db.releaseEvent.findFirst({ where: { releaseId }, orderBy: { id: 'desc' }, select: { id: true } });
  return String(last?.id ?? 0);
}

const DONE: Record<ReleaseVerb, string> = { edit: 'edited', publish: 'published', promote: 'promoted', withdraw: 'withdrawn' };

function notAllowed(version: string, state: ReleaseState, verb: ReleaseVerb): DomainError {
  const is = state === 'draft' ? 'a draft' : state;
  return new DomainError('CONFLICT', `${version} is ${is}; it cannot be ${DONE[verb]}.`, { version, state });
}
