/** The process that looks into one image, or holds a signature against its content (server/images/inspector-process.ts), and says what it saw. */
import { rmSync } from 'node:fs';
import { ImageRefused } from '#/domain/images/image-refused';
import { inspectImage } from '#/server/images/inspect-image';
import type { InspectorAnswer, InspectorTask } from '#/server/images/inspector-task';
import { verifyContent } from '#/server/images/verify-content';

async function answer(task: InspectorTask): Promise<InspectorAnswer> {
  try {
    return { said: await (task.task === 'inspect' ? inspectImage(task.path, task) : verifyContent(task)) };
  } catch (error) {
    if (error instanceof ImageRefused) return { refused: error.message };
    const { code, message } = error as NodeJS.ErrnoException;
    // Trouble of this machine, such as a full disk, says nothing of the image; any other error is one that the image caused.
    return code?.startsWith('E') && !code.startsWith('ERR_') ? { failed: message, code } : { broken: true };
  }
}

let scratchFile: string | null = null;
// Without the server nobody wants the answer, nor takes away what lies there.
process.once('disconnect', () => {
  if (scratchFile !== null) rmSync(scratchFile, { force: true });
  process.exit();
});
process.once('message', async (message) => {
  const task = message as InspectorTask;
  if (task.task === 'inspect') scratchFile = task.scratchFile;
  process.send?.(await answer(task));
});
