/** Looks into an image in a thread of its own: whatever the image does to the parsers, the server goes on. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { type ImageFacts, imageFactsSchema } from '#/domain/images/image-facts';
import { ImageRefused } from '#/domain/images/image-refused';
import type { ContentLimits } from './inspect-image';

export type WorkerLimits = {
  /** A look that takes longer is ended. */
  timeoutMs?: number;
  /** Memory of the thread's heap; buffers are bounded by the parsers. */
  memoryMb?: number;
  content?: ContentLimits;
  /** Where the content of a compressed image is put while it is read; without it, the system's temporary folder. */
  scratchFolder?: string;
};
export type WorkerTask = { path: string; scratchFolder: string; limits?: ContentLimits };
export type WorkerAnswer = { facts: ImageFacts } | { refused: string } | { failed: string };

const TIMEOUT_MS = 10 * 60_000;
const MEMORY_MB = 256;

/** The facts of the image in a local file. Throws ImageRefused with one sentence, also when the look itself went wrong because of the image. */
export async function inspectInWorker(path: string, limits: WorkerLimits = {}): Promise<ImageFacts> {
  const scratchFolder = await mkdtemp(join(limits.scratchFolder ?? tmpdir(), 'fairlead-image-'));
  try {
    const answer = await ask({ path, scratchFolder, limits: limits.content }, limits);
    if ('refused' in answer) throw new ImageRefused(answer.refused);
    if ('failed' in answer) throw new Error(answer.failed);
    return imageFactsSchema.parse(answer.facts);
  } finally {
    await rm(scratchFolder, { recursive: true, force: true });
  }
}

async function ask(task: WorkerTask, { timeoutMs = TIMEOUT_MS, memoryMb = MEMORY_MB }: WorkerLimits): Promise<WorkerAnswer> {
  const { file, execArgv } = workerFile();
  const resourceLimits = { maxOldGenerationSizeMb: memoryMb, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 };
  const worker = new Worker(file, { workerData: task, execArgv, resourceLimits, env: {}, stdin: false });
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<WorkerAnswer>((resolve) => {
      const refuse = (refused: string) => resolve({ refused });
      timer = setTimeout(() => refuse(`It could not be read within ${Math.round(timeoutMs / 1000)} s.`), timeoutMs);
      worker.once('message', resolve);
      worker.once('error', (error: Error & { code?: string }) => {
        const memory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
        refuse(memory ? `It needs more than ${memoryMb} MB of memory to be read.` : 'It makes the programs that read it fail.');
      });
      worker.once('exit', () => refuse('It makes the programs that read it fail.'));
    });
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}

/** Bundled: dist/image-inspector.mjs, beside the program or in the project's folder (pages are bundled elsewhere). From source: through tsx. */
function workerFile(): { file: string; execArgv: string[] } {
  const here = fileURLToPath(import.meta.url);
  if (here.endsWith('inspect-in-worker.ts')) {
    return { file: join(dirname(here), '../../boot/image-inspector.ts'), execArgv: ['--import', 'tsx'] };
  }
  const beside = join(dirname(here), 'image-inspector.mjs');
  return { file: existsSync(beside) ? beside : join(process.cwd(), 'dist/image-inspector.mjs'), execArgv: [] };
}
