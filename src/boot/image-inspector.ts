/** The process that looks into one image (server/images/inspect-in-worker.ts) and says what it saw. */
import { ImageRefused } from '#/domain/images/image-refused';
import type { WorkerAnswer, WorkerTask } from '#/server/images/inspect-in-worker';
import { inspectImage } from '#/server/images/inspect-image';

async function answer({ path, scratchFolder, limits }: WorkerTask): Promise<WorkerAnswer> {
  try {
    return { facts: await inspectImage(path, { scratchFolder, limits }) };
  } catch (error) {
    if (error instanceof ImageRefused) return { refused: error.message };
    const { code, message } = error as NodeJS.ErrnoException;
    // Trouble of this machine, such as a full disk, says nothing of the image; any other error is one that the image caused.
    return code?.startsWith('E') && !code.startsWith('ERR_')
      ? { failed: message }
      : { refused: 'It makes the programs that read it fail.' };
  }
}

// Without the server nobody wants the answer.
process.once('disconnect', () => process.exit());
process.once('message', async (task) => process.send?.(await answer(task as WorkerTask)));
