/** Open image files, shared by the requests that read them: a download in ranges does not open the file for each. */
import { type FileHandle, open } from 'node:fs/promises';
import { artifactFile } from './artifact-folder';

export type OpenArtifact = { handle: FileHandle; size: number; release(): void };

type Entry = { opening: Promise<{ handle: FileHandle; size: number }>; users: number; timer: NodeJS.Timeout | null };

/** An idle file stays open this long. The files never change: their name is their hash. */
const KEEP_OPEN_MS = 10_000;
const entries = new Map<string, Entry>();

/** The image of this SHA-256, or null when the store has none. Call `release` once, when the last byte is read. */
export async function openArtifact(sha256: string): Promise<OpenArtifact | null> {
  let entry = entries.get(sha256);
  if (!entry) {
    entry = { opening: openFile(sha256), users: 0, timer: null };
    entries.set(sha256, entry);
  }
  const mine = entry;
  mine.users += 1;
  if (mine.timer) clearTimeout(mine.timer);
  mine.timer = null;
  try {
    const { handle, size } = await mine.opening;
    let released = false;
    return {
      handle,
      size,
      release: () => {
        if (released) return;
        released = true;
        leave(sha256, mine);
      },
    };
  } catch (error) {
    mine.users -= 1;
    if (entries.get(sha256) === mine) entries.delete(sha256);
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** How many requests read this image now. */
export function openArtifactUsers(sha256: string): number {
  return entries.get(sha256)?.users ?? 0;
}

async function openFile(sha256: string): Promise<{ handle: FileHandle; size: number }> {
  const handle = await open(artifactFile(sha256), 'r');
  try {
    return { handle, size: (await handle.stat()).size };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function leave(sha256: string, entry: Entry): void {
  entry.users -= 1;
  if (entry.users > 0) return;
  entry.timer = setTimeout(() => {
    entries.delete(sha256);
    void entry.opening.then(({ handle }) => handle.close());
  }, KEEP_OPEN_MS);
  entry.timer.unref();
}
