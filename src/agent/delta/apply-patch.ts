/** Lets xdelta3 make the image from a slot and a patch. Its output goes into the staged file as every download does. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { PartFile } from '../download/part-file';
import { leftBehind } from '../host/left-behind';
import { DeltaError } from './delta-error';

export type PatchFiles = { program: string; source: string; patch: string };

/** Bytes of the slot that xdelta3 keeps in memory; patches are made with the same. */
export const PATCH_SOURCE_BYTES = 16 * 2 ** 20;

/**
 * Appends what is not staged yet: xdelta3 begins at the start each time, and what an earlier life has staged is passed over.
 * Throws DeltaError when xdelta3 fails or gives more than the image has.
 */
export async function applyPatch(
  files: PatchFiles,
  part: PartFile,
  sizeBytes: number,
  signal: AbortSignal,
  onProgress: () => void,
): Promise<void> {
  const child = spawn(files.program, ['-d', '-c', '-q', '-B', String(PATCH_SOURCE_BYTES), '-s', files.source, files.patch], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stop = () => child.kill('SIGKILL');
  signal.addEventListener('abort', stop, { once: true });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-300);
  });
  const ended = once(child, 'close');
  // Told by the end of the loop below.
  ended.catch(() => {});
  try {
    let position = 0;
    for await (const piece of child.stdout as AsyncIterable<Buffer>) {
      signal.throwIfAborted();
      const news = piece.subarray(Math.min(piece.length, Math.max(0, part.bytesDone - position)));
      position += piece.length;
      if (position > sizeBytes) throw new DeltaError('xdelta3 gives more bytes than the image has');
      if (news.length > 0) await part.append(news);
      leftBehind(piece.length);
      onProgress();
    }
    const [code] = await ended;
    signal.throwIfAborted();
    if (code !== 0) throw new DeltaError(`xdelta3 has failed: ${said.trim().split('\n').at(-1) ?? code}`);
    if (part.bytesDone !== sizeBytes) throw new DeltaError(`xdelta3 gave ${part.bytesDone} bytes instead of ${sizeBytes}`);
  } catch (error) {
    signal.throwIfAborted();
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new DeltaError('xdelta3 is not there any more');
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}
