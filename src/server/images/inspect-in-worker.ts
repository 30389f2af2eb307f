/**
 * Looks into an image in a process of its own: whatever the image does to the parsers, the server goes on. No thread: one
 * that runs out of memory may take the whole process with it, or not end when it is told to.
 */
import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ImageFacts, imageFactsSchema } from '#/domain/images/image-facts';
import { ImageRefused } from '#/domain/images/image-refused';
import type { ContentLimits } from './inspect-image';

export type WorkerLimits = {
  /** A look that takes longer is ended. */
  timeoutMs?: number;
  /** Memory of its heap; buffers are bounded by the parsers. */
  memoryMb?: number;
  content?: ContentLimits;
  /** Where the content of a compressed image is put while it is read; without it, the system's temporary folder. */
  scratchFolder?: string;
};
type Program = { file: string; execArgv: string[] };
export type WorkerTask = { path: string; scratchFolder: string; limits?: ContentLimits };
export type WorkerAnswer = { facts: ImageFacts } | { refused: string } | { failed: string };

const TIMEOUT_MS = 10 * 60_000;
const MEMORY_MB = 256;

/**
 * The facts of the image in a local file. Throws ImageRefused with one sentence, also when the look itself went wrong because of the image.
 * `program` is another one than the inspector only in tests of what such a process may do.
 */
export async function inspectInWorker(path: string, limits: WorkerLimits = {}, program = inspector()): Promise<ImageFacts> {
  const scratchFolder = await mkdtemp(join(limits.scratchFolder ?? tmpdir(), 'fairlead-image-'));
  try {
    const answer = await ask(program, { path, scratchFolder, limits: limits.content }, limits);
    if ('refused' in answer) throw new ImageRefused(answer.refused);
    if ('failed' in answer) throw new Error(answer.failed);
    return imageFactsSchema.parse(answer.facts);
  } finally {
    await rm(scratchFolder, { recursive: true, force: true });
  }
}

function ask(program: Program, task: WorkerTask, { timeoutMs = TIMEOUT_MS, memoryMb = MEMORY_MB }: WorkerLimits): Promise<WorkerAnswer> {
  return new Promise<WorkerAnswer>((resolve, reject) => {
    const execArgv = [`--max-old-space-size=${memoryMb}`, ...program.execArgv];
    // Nothing of the server's environment: no secret is near what an image could do to the parsers.
    const worker = fork(program.file, [], { execArgv, env: {} as NodeJS.ProcessEnv, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    let answer: WorkerAnswer | null = null;
    const timer = setTimeout(() => {
      answer = { refused: `It could not be read within ${Math.round(timeoutMs / 1000)} s.` };
      worker.kill('SIGKILL');
    }, timeoutMs);
    worker.once('message', (message) => {
      answer ??= message as WorkerAnswer;
      worker.kill('SIGKILL');
    });
    worker.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    worker.once('exit', (code, signal) => {
      clearTimeout(timer);
      // V8 aborts when its memory is at an end.
      const memory = signal === 'SIGABRT' || code === 134;
      const fault = memory ? `It needs more than ${memoryMb} MB of memory to be read.` : 'It makes the programs that read it fail.';
      resolve(answer ?? { refused: fault });
    });
    worker.send(task, (error) => {
      // One that died at once is told by its exit.
      if (error && worker.exitCode === null && worker.signalCode === null) worker.kill('SIGKILL');
    });
  });
}

/** Bundled: dist/image-inspector.mjs, beside the program or in the project's folder (pages are bundled elsewhere). From source: through tsx. */
function inspector(): Program {
  const here = fileURLToPath(import.meta.url);
  if (here.endsWith('inspect-in-worker.ts')) {
    return { file: join(dirname(here), '../../boot/image-inspector.ts'), execArgv: ['--import', 'tsx'] };
  }
  const beside = join(dirname(here), 'image-inspector.mjs');
  return { file: existsSync(beside) ? beside : join(process.cwd(), 'dist/image-inspector.mjs'), execArgv: [] };
}
