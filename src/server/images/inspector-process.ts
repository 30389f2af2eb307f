/**
 * Runs one task in a process of its own (boot/image-inspector.ts): whatever an image does to what reads it, the server goes on, and
 * its loop is free. No thread: one that runs out of memory may take the whole process with it, or not end when it is told to.
 */
import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { ImageRefused } from '#/domain/images/image-refused';
import type { InspectorAnswer, InspectorTask } from './inspector-task';

export type ProcessLimits = {
  /** A look that takes longer is ended. */
  timeoutMs?: number;
  /** Memory of its heap, which V8 keeps to. */
  memoryMb?: number;
  /** Memory of all of it, with buffers and decompressors. */
  residentMb?: number;
};
/** What runs: another one than the inspector only in tests of what such a process may do. */
export type Program = { file: string; execArgv: string[] };
type Ending = InspectorAnswer | { cutShort: LookCutShort };

/** The look did not come to its end, by a limit of time or memory or because its process failed, or because somebody outside ended that. */
export class LookCutShort extends Error {
  override readonly name = 'LookCutShort';

  constructor(
    message: string,
    readonly by: 'limit' | 'outside',
  ) {
    super(message);
  }
}

const TIMEOUT_MS = 10 * 60_000;
const MEMORY_MB = 256;
/** More than twice of what the strongest settings of xz and zstd take, with the program itself. */
const RESIDENT_MB = 512;
const WEIGH_EVERY_MS = 100;
const FROM_OUTSIDE: ReadonlySet<string> = new Set(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGKILL']);
const BROKEN = 'It makes the programs that read it fail.';

const answerSchema = z.union([
  z.object({ said: z.unknown().refine((said) => said !== undefined) }),
  z.object({ refused: z.string() }),
  z.object({ failed: z.string(), code: z.string().optional() }),
  z.object({ broken: z.literal(true) }),
]);

/**
 * What the process says, in the shape that is asked for. Throws ImageRefused for what is wrong with the image, LookCutShort, and for
 * trouble of this machine an error with its code, such as ENOSPC.
 */
export async function askInspector<T>(
  task: InspectorTask,
  shape: z.ZodType<T>,
  limits: ProcessLimits = {},
  program: Program = inspector(),
): Promise<T> {
  const ending = await endingOf(program, task, limits);
  if ('cutShort' in ending) throw ending.cutShort;
  if ('refused' in ending) throw new ImageRefused(ending.refused);
  if ('failed' in ending) throw Object.assign(new Error(ending.failed), { code: ending.code });
  const said = 'said' in ending ? shape.safeParse(ending.said) : null;
  if (!said?.success) throw new LookCutShort(BROKEN, 'limit');
  return said.data;
}

function endingOf(program: Program, task: InspectorTask, limits: ProcessLimits): Promise<Ending> {
  const { timeoutMs = TIMEOUT_MS, memoryMb = MEMORY_MB, residentMb = RESIDENT_MB } = limits;
  return new Promise<Ending>((resolve, reject) => {
    const execArgv = [`--max-old-space-size=${memoryMb}`, ...program.execArgv];
    // Nothing of the server's environment: no secret is near what an image could do to the parsers.
    const worker = fork(program.file, [], { execArgv, env: {} as NodeJS.ProcessEnv, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    let ending: Ending | null = null;
    const end = (limit: string) => {
      ending ??= { cutShort: new LookCutShort(limit, 'limit') };
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
      const answer = answerSchema.safeParse(message);
      ending ??= answer.success ? answer.data : { broken: true };
      worker.kill('SIGKILL');
    });
    worker.once('error', (error) => {
      stopWatching();
      reject(error);
    });
    worker.once('exit', (code, signal) => {
      stopWatching();
      resolve(ending ?? { cutShort: whyItEnded(code, signal, memoryMb) });
    });
    worker.send(task, (error) => {
      // One that died at once is told by its exit.
      if (error && worker.exitCode === null && worker.signalCode === null) worker.kill('SIGKILL');
    });
  });
}

function whyItEnded(code: number | null, signal: string | null, memoryMb: number): LookCutShort {
  // A service that stops, or a machine out of memory: no fault of the image, which is looked into again.
  if (signal !== null && FROM_OUTSIDE.has(signal)) return new LookCutShort(`The look was ended by ${signal}.`, 'outside');
  // V8 aborts when its memory is at an end.
  const memory = signal === 'SIGABRT' || code === 134;
  return new LookCutShort(memory ? `It needs more than ${memoryMb} MB of memory to be read.` : BROKEN, 'limit');
}

/** What a process has in memory; 0 when it is gone, or where the system does not tell. */
async function residentBytes(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}

/**
 * Bundled: dist/image-inspector.mjs, beside the program or in the project's folder, as pages are bundled elsewhere and under the names of
 * their sources. From source: through tsx, which an installation need not have.
 */
function inspector(): Program {
  const here = fileURLToPath(import.meta.url);
  const built = [dirname(here), join(process.cwd(), 'dist')]
    .map((folder) => join(folder, 'image-inspector.mjs'))
    .find((file) => existsSync(file));
  const isInstalled = !here.endsWith('.ts') || process.env.NODE_ENV === 'production';
  if (built !== undefined && isInstalled) return { file: built, execArgv: [] };
  return { file: join(dirname(here), '../../boot/image-inspector.ts'), execArgv: ['--import', 'tsx'] };
}
