/** The thread that looks into one image (server/images/inspect-in-worker.ts) and says what it saw. */
import { parentPort, workerData } from 'node:worker_threads';
import { ImageRefused } from '#/domain/images/image-refused';
import type { WorkerAnswer, WorkerTask } from '#/server/images/inspect-in-worker';
import { inspectImage } from '#/server/images/inspect-image';

const { path, scratchFolder, limits } = workerData as WorkerTask;

async function answer(): Promise<WorkerAnswer> {
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

parentPort?.postMessage(await answer());
