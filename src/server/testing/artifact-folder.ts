/** An artifact folder of one file of database tests. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';

/** Makes it before the tests of the file that calls this, and removes it after them. Returns its path, which is there from then on. */
export function ownArtifactFolder(): () => string {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fairlead-artifacts-'));
    setArtifactFolder(folder);
  });
  afterAll(async () => {
    setArtifactFolder(null);
    await rm(folder, { recursive: true, force: true });
  });
  return () => folder;
}

/** null: the one of the environment's default again. */
export function setArtifactFolder(folder: string | null): void {
  if (folder === null) delete process.env.ARTIFACT_FOLDER;
  else process.env.ARTIFACT_FOLDER = folder;
  // What was read of the environment before is forgotten.
  delete (globalThis as { fairleadEnv?: unknown }).fairleadEnv;
}
