/** The process that looks into one image (server/images/inspect-in-worker.ts) and says what it saw. */
import { rmSync } from 'node:fs';
import { ImageRefused } from '#/domain/images/image-refused';
import type { WorkerAnswer, WorkerTask } from '#/server/images/inspect-in-worker';
import { inspectImage } from '#/server/images/inspect-image';

async function answer({ path, scratchFile, limits }: WorkerTask): Promise<WorkerAnswer> {
  try {
    return { facts: await inspectImage(path, { scratchFile, limits }) };
  } catch (error) {
    if (error instanceof ImageRefused) return { refused: error.message };
    const { code, message } = error as NodeJS.ErrnoException;
    // Trouble of this machine, such as a full disk, says nothing of the image; any other error is one that the image caused.
    return code?.startsWith('E') && !code.startsWith('ERR_')
      ? { failed: message, code }
      : { refused: 'It makes the programs that read it fail.' };
  }
}

let scratchFile: string | null = null;
// Without the server nobody wants the answer, nor takes away what lies there.
process.once('disconnect', () => {
  if (scratchFile !== null) rmSync(scratchFile, { force: true });
  process.exit();
});
process.once('message', async (message) => {
  const task = message as WorkerTask;
  scratchFile = task.scratchFile;
  process.send?.(await answer(task));
});
