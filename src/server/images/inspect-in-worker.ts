/**
 * Looks into an image in a process of its own: whatever the image does to the parsers, the server goes on. No thread: one
 * that runs out of memory may take the whole process with it, or not end when it is told to.
 */
import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ImageFacts, imageFactsSchema } from '#/domain/images/image-facts';
import { ImageRefused } from '#/domain/images/image-refused';
import type { ContentLimits } from './inspect-image';

export type WorkerLimits = {
  /** A look that takes longer is ended. */
  timeoutMs?: number;
  /** Memory of its heap, which V8 keeps to. */
  memoryMb?: number;
  /** Memory of all of it, with buffers and decompressors. */
  residentMb?: number;
  content?: ContentLimits;
};
type Program = { file: string; execArgv: string[] };
export type WorkerTask = { path: string; scratchFile: string; limits?: ContentLimits };
export type WorkerAnswer = { facts: ImageFacts } | { refused: string } | { failed: string; code?: string };

const TIMEOUT_MS = 10 * 60_000;
const MEMORY_MB = 256;
/** More than twice of what the strongest settings of xz and zstd take, with the program itself. */
const RESIDENT_MB = 512;
const WEIGH_EVERY_MS = 100;
const FROM_OUTSIDE: ReadonlySet<string> = new Set(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGKILL']);

/**
 * The facts of the image in a local file. Throws ImageRefused with one sentence, also when the look itself went wrong because of the image;
 * trouble of this machine is an error with its code, such as ENOSPC. The content of a compressed image is put into `scratchFile` while it is
 * read, and gone afterwards. `program` is another one than the inspector only in tests of what such a process may do.
 */
export async function inspectInWorker(
  path: string,
  scratchFile: string,
  limits: WorkerLimits = {},
  program = inspector(),
): Promise<ImageFacts> {
  try {
    const answer = await ask(program, { path, scratchFile, limits: limits.content }, limits);
    if ('refused' in answer) throw new ImageRefused(answer.refused);
    if ('failed' in answer) throw Object.assign(new Error(answer.failed), { code: answer.code });
    return imageFactsSchema.parse(answer.facts);
  } finally {
    await rm(scratchFile, { force: true });
  }
}

function ask(program: Program, task: WorkerTask, limits: WorkerLimits): Promise<WorkerAnswer> {
  const { timeoutMs = TIMEOUT_MS, memoryMb = MEMORY_MB, residentMb = RESIDENT_MB } = limits;
  return new Promise<WorkerAnswer>((resolve, reject) => {
    const execArgv = [`--max-old-space-size=${memoryMb}`, ...program.execArgv];
    // Nothing of the server's environment: no secret is near what an image could do to the parsers.
    const worker = fork(program.file, [], { execArgv, env: {} as NodeJS.ProcessEnv, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    let answer: WorkerAnswer | null = null;
    const end = (refused: string) => {
      answer ??= { refused };
      worker.kill('SIGKILL');
    };
    const timer = setTimeout(() => end(`It could not be read within ${Math.round(timeoutMs / 1000)} s.`), timeoutMs);
    // No limit of the system's: one on addresses counts what V8 and WebAssembly only reserve (ten gigabytes), and near one on data the
    // decompressors call a sound image damaged.
    const scales = setInterval(async () => {
      if ((await residentBytes(worker.pid)) > residentMb * 1024 ** 2) end(`It needs more than ${residentMb} MB of memory to be read.`);
    }, WEIGH_EVERY_MS);
    const stopWatching = () => {
      clearTimeout(timer);
      clearInterval(scales);
    };
    worker.once('message', (message) => {
      answer ??= message as WorkerAnswer;
      worker.kill('SIGKILL');
    });
    worker.once('error', (error) => {
      stopWatching();
      reject(error);
    });
    worker.once('exit', (code, signal) => {
      stopWatching();
      // V8 aborts when its memory is at an end.
      const memory = signal === 'SIGABRT' || code === 134;
      const fault = memory ? `It needs more than ${memoryMb} MB of memory to be read.` : 'It makes the programs that read it fail.';
      // A service that stops, or a machine out of memory: no fault of the image, which is looked into again.
      const ended = signal !== null && FROM_OUTSIDE.has(signal) ? { failed: `The look was ended by ${signal}.` } : { refused: fault };
      resolve(answer ?? ended);
    });
    worker.send(task, (error) => {
      // One that died at once is told by its exit.
      if (error && worker.exitCode === null && worker.signalCode === null) worker.kill('SIGKILL');
    });
  });
}

/** What a process has in memory; 0 when it is gone, or where the system does not tell. */
async function residentBytes(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
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
