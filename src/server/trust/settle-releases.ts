import type { Actor } from '../access/actor';
import type { Tx } from '../db/client';
import { noteRelease } from '../releases/note-release';
import { signatureStateOf } from '../releases/signature-state';

/** Brings the releases of these images in line with the verdicts on their signatures, in the transaction of the verdicts. */
export async function settleReleases(
  tx: Tx,
  actor: Actor,
  artifacts: readonly string[],
): Promise<{ version: string; signature: string }[]> {
  const changed: { version: string; signature: string }[] = [];
  for (const sha256 of artifacts) {
    const state = await signatureStateOf(tx, sha256);
    const releases = await tx.release.findMany({
      where: { artifactSha256: sha256, NOT: { signature: state.signature, signer: state.signer } },
      select: { id: true, version: true },
    });
    for (const { id, version } of releases) {
      await tx.release.update({ where: { id }, data: state });
      await noteRelease(tx, actor, { releaseId: id, kind: 'signature', message: `the signature is ${state.signature}`, data: state });
      changed.push({ version, signature: state.signature });
    }
  }
  return changed;
}
