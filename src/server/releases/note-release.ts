import type { Actor } from '../access/actor';
import type { Tx } from '../db/client';

export type ReleaseEventKind = 'uploaded' | 'edited' | 'published' | 'promoted' | 'withdrawn' | 'signature' | 'sbom' | 'downgrade';

/** One line in the life of a release, in the transaction of what it tells. Its id is also the release's revision. */
export async function noteRelease(
  tx: Tx,
  actor: Actor,
  event: { releaseId: string; kind: ReleaseEventKind; message: string; data?: object },
): Promise<void> {
  const { releaseId, kind, message, data = {} } = event;
  await tx.releaseEvent.create({ data: { releaseId, kind, message: message.slice(0, 500), actor: actor.name, data } });
}

/** By which door somebody came. */
export function doorOf(actor: Actor): 'web' | 'rest' | 'console' {
  return actor.type === 'user' ? 'web' : actor.type === 'token' ? 'rest' : 'console';
}
