/** Where artifacts are on this machine: one file per blob, named by its SHA-256; what is still coming lies beside them. */
import { join } from 'node:path';
import { getEnv } from '../config/env';
import { requireSha256 } from './artifact-store';

/** Folder of the store (ARTIFACT_FOLDER, else FAIRLEAD_HOME/artifacts). With S3 only what is coming is here. */
export function artifactFolder(): string {
  const env = getEnv();
  return env.ARTIFACT_FOLDER ?? join(env.FAIRLEAD_HOME, 'artifacts');
}

/** Files that are not whole yet. On the same file system as the store, so that a whole one becomes a blob without a copy. */
export function incomingFolder(): string {
  return join(artifactFolder(), 'incoming');
}

/** Path of a blob in the folder store. Throws RangeError for what is no SHA-256 in lower-case hex. */
export function artifactFile(sha256: string): string {
  requireSha256(sha256);
  return join(artifactFolder(), sha256.slice(0, 2), sha256);
}
