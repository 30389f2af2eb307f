/** Four eyes: what reaches the stable channel has been seen by another person than who brought the image. */
import { DomainError } from '#/domain/errors/domain-error';
import type { Actor } from '../access/actor';

type Draft = { version: string; channel: string; uploaderId: string | null };

/** Why this actor may not publish the draft where it is to go, or null. Nightly and beta are anybody's who may publish. */
export function whyNotPublish(actor: Actor, draft: Draft): string | null {
  if (draft.channel !== 'stable') return null;
  if (actor.type === 'system') return 'A draft is published on stable by a person who is signed in and did not bring it.';
  if (draft.uploaderId === actor.id) return `You brought ${draft.version} yourself: somebody else publishes it on stable.`;
  return null;
}

/** Throws FORBIDDEN with what to do instead. */
export function requireSecondPerson(actor: Actor, draft: Draft): void {
  const why = whyNotPublish(actor, draft);
  if (why === null) return;
  throw new DomainError('FORBIDDEN', why, { version: draft.version, channel: draft.channel }, [
    'Ask another release manager to publish it',
    'Publish it on beta first: somebody else promotes it then',
  ]);
}
