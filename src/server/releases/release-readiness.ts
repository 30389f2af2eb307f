/** What stands between a draft and its publication. */
import { layoutValid } from '#/domain/images/image-facts';
import type { Db, Tx } from '../db/client';
import { TAR_IS_NO_SLOT } from '../jobs/slot-content';
import { factsOf } from './image-demands';
import { signatureStateOf } from './signature-state';

export type Readiness = {
  /** Sentences that say what is missing or wrong; empty: it can be published. */
  missing: string[];
  /** What the publisher has to accept knowingly. */
  warnings: string[];
};

export async function readinessOf(
  db: Db | Tx,
  release: {
    id: string;
    version: string;
    changelog: string[];
    uploadId: string | null;
    artifactSha256: string;
    artifact: { facts: unknown; inspectedAt: Date | null };
  },
): Promise<Readiness> {
  const missing: string[] = [];
  const warnings: string[] = [];
  const facts = factsOf(release.artifact.facts);
  if (facts === null) missing.push('Nobody has looked into the image yet.');
  else {
    if (facts.version !== null && facts.version !== release.version)
      missing.push(`The image says that it is ${facts.version}, not ${release.version}.`);
    if (facts.format === 'tar') missing.push(`${TAR_IS_NO_SLOT}.`);
    if (layoutValid(facts) === false) missing.push(`The partition table is not valid: ${facts.partitionTable?.faults[0] ?? ''}`);
    if (facts.version === null) warnings.push('The image does not say which version it is.');
  }
  const { signature } = await signatureStateOf(db, release.artifactSha256, { uploadId: release.uploadId, releaseId: release.id });
  if (signature === 'invalid') missing.push('The image has a signature, and it does not hold.');
  if (signature === 'unverified') warnings.push('The image has no signature: a gateway that has release keys pinned refuses it.');
  if (release.changelog.length === 0) warnings.push('The changelog is empty.');
  return { missing, warnings };
}
