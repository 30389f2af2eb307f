import type { Actor } from '../access/actor';
import type { Tx } from '../db/client';
import { noteRelease } from '../releases/note-release';
import { signatureStateOf } from '../releases/signature-state';

/**
 * Brings the releases of these images in line with the verdicts on their signatures, in the transaction of the verdicts.
 * Resolves with the versions that are stopped by it: one that another signature holds up is none of them.
 */
export async function settleReleases(tx: Tx, actor: Actor, artifacts: readonly string[]): Promise<string[]> {
  const stopped: string[] = [];
  const releases = await tx.release.findMany({
    where: { artifactSha256: { in: [...artifacts] } },
    orderBy: { id: 'asc' },
    select: { id: true, version: true, artifactSha256: true, uploadId: true, signature: true, signer: true },
  });
  for (const { id, version, artifactSha256, uploadId, ...before } of releases) {
    const state = await signatureStateOf(tx, artifactSha256, { uploadId, releaseId: id });
    if (state.signature === before.signature && state.signer === before.signer) continue;
    await tx.release.update({ where: { id }, data: state });
    await noteRelease(tx, actor, {
      releaseId: id,
      kind: 'signature',
      message: `the signature is ${state.signature}${state.signature === 'verified' ? `, by ${state.signer}` : ''}`,
      data: state,
    });
    if (state.signature === 'invalid') stopped.push(version);
  }
  return stopped;
}
