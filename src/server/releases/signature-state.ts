import type { Db, Tx } from '../db/client';
import { type CameWith, countingSignatures } from '../trust/counting-signatures';

export type SignatureState = { signature: 'verified' | 'unverified' | 'invalid'; signer: string | null };

/** What the stored signatures that count say together: one that holds is enough; only such that do not hold are worse than none. */
export async function signatureStateOf(db: Db | Tx, sha256: string, cameWith: CameWith): Promise<SignatureState> {
  const rows = await db.artifactSignature.findMany({
    where: countingSignatures(sha256, cameWith),
    orderBy: { createdAt: 'desc' },
    select: { verdict: true, signer: true, keyFingerprint: true },
  });
  // The first that was made: another one beside it changes nothing.
  const good = rows.findLast(({ verdict }) => verdict === 'verified');
  if (good) return { signature: 'verified', signer: good.signer ?? good.keyFingerprint };
  return { signature: rows.length > 0 ? 'invalid' : 'unverified', signer: rows[0]?.signer ?? null };
}
