import { z } from 'zod';
import { DomainError } from '#/domain/errors/domain-error';
import { PROMOTED_TO } from '#/domain/releases/release-machine';
import { CHANNELS, type Channel } from '#/domain/settings/gateway-settings';
import type { Actor } from '../access/actor';
import { requireEverywhere } from '../access/require-everywhere';
import { recordAudit } from '../audit/record-audit';
import { getDb } from '../db/client';
import { lockRelease } from './lock-release';
import { noteRelease } from './note-release';

export const promoteReleaseSchema = z.object({
  releaseId: z.uuid(),
  /** Where it was when the person decided: of two promotions at once, one wins. */
  from: z.enum(CHANNELS),
});

/**
 * Moves a published release to the next more stable channel. By another person than who brought the image: a program of
 * Fairlead or the console of a machine is no person. Throws FORBIDDEN, NOT_FOUND and CONFLICT.
 */
export async function promoteRelease(actor: Actor, input: z.infer<typeof promoteReleaseSchema>): Promise<{ channel: Channel }> {
  requireEverywhere(actor, 'release.promote');
  if (actor.type === 'system') throw new DomainError('FORBIDDEN', 'A release is promoted by a person who is signed in.');
  return getDb().$transaction(async (tx) => {
    const { release } = await lockRelease(tx, input.releaseId, 'promote');
    if (release.uploaderId === actor.id)
      throw new DomainError(
        'FORBIDDEN',
        `You brought ${release.version} yourself: somebody else promotes it.`,
        { version: release.version },
        ['Ask another release manager'],
      );
    const to = PROMOTED_TO[input.from];
    if (release.channel !== input.from)
      throw new DomainError('CONFLICT', `${release.version} is on ${release.channel} now.`, {
        version: release.version,
        channel: release.channel,
      });
    if (to === null)
      throw new DomainError('CONFLICT', `${release.version} is on stable: there is no channel beyond.`, { channel: 'stable' });
    await tx.release.update({ where: { id: release.id }, data: { channel: to } });
    const { version } = release;
    const message = `promoted from ${input.from} to ${to}`;
    await noteRelease(tx, actor, { releaseId: release.id, kind: 'promoted', message, data: { from: input.from, to } });
    const data = { version, from: input.from, to };
    await recordAudit(tx, actor, { name: 'release.promoted', objectType: 'release', objectId: release.id, data });
    return { channel: to };
  });
}
