/** A program as a child process: started again when it dies, ended in order, its log in a file. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';

export type ChildOptions = {
  name: string;
  /** Arguments of node: flags and the script. */
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  logFolder: string;
  onMessage?: (message: unknown) => void;
  /** It was running and has died; it is started again. */
  onDeath: (how: string) => void;
};
export type ChildProgram = {
  /** Resolves when it is ready for the first time. Rejects with its own sentence when it cannot start. */
  ready: Promise<void>;
  /** Starts it anew (hot reload). */
  restart(): void;
  /** From now on its end is meant: it is not started again. */
  letGo(): void;
  stop(): Promise<void>;
};

const BACKOFF_MS = [200, 1000, 2000, 5000, 15_000];
/** Running for this long forgives earlier deaths. */
const STABLE_MS = 60_000;
const KILL_AFTER_MS = 15_000;
const MAX_LOG_BYTES = 20_000_000;

export function startChild(options: ChildOptions): ChildProgram {
  const log = openLog(options.logFolder, options.name);
  let child: ChildProcess | null = null;
  let stopping = false;
  let restarting = false;
  let deaths = 0;
  let wasReady = false;
  let timer: NodeJS.Timeout | null = null;
  let settle: { resolve(): void; reject(error: Error): void };
  const ready = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });
  // Whoever awaits it hears of it; nobody has to.
  ready.catch(() => undefined);

  const launch = () => {
    timer = null;
    const startedAtMs = Date.now();
    let failure: string | null = null;
    // Detached: a Ctrl-C in the terminal is for the supervisor, which ends its programs in order.
    const process_ = spawn(process.execPath, [...options.args], {
      env: options.env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true,
    });
    child = process_;
    process_.stdout?.pipe(log, { end: false });
    process_.stderr?.pipe(log, { end: false });
    process_.on('message', (message: { ready?: true; failed?: string }) => {
      if (message.failed !== undefined) failure = message.failed;
      if (message.ready) {
        wasReady = true;
        settle.resolve();
      }
      options.onMessage?.(message);
    });
    process_.on('error', (error) => {
      failure = error.message;
    });
    process_.on('exit', (code, signal) => {
      child = null;
      if (stopping) return;
      if (!wasReady)
        return settle.reject(new Error(failure ?? `The program ${options.name} ended before it was ready; its log is ${log.path}.`));
      if (restarting) {
        restarting = false;
        return launch();
      }
      deaths = Date.now() - startedAtMs > STABLE_MS ? 0 : deaths + 1;
      options.onDeath(failure ?? (signal ? `ended by ${signal}` : `exit code ${code}`));
      timer = setTimeout(launch, BACKOFF_MS[Math.min(deaths, BACKOFF_MS.length) - 1] ?? BACKOFF_MS[0]);
    });
  };
  const letGo = () => {
    stopping = true;
    if (timer) clearTimeout(timer);
  };
  launch();
  return {
    ready,
    restart: () => {
      deaths = 0;
      restarting = child?.kill('SIGTERM') ?? false;
    },
    letGo,
    async stop() {
      letGo();
      const running = child;
      if (running !== null && running.exitCode === null) {
        // 'close' comes after the last of its output, 'exit' before.
        const gone = new Promise((resolve) => running.once('close', resolve));
        running.kill('SIGTERM');
        const force = setTimeout(() => running.kill('SIGKILL'), KILL_AFTER_MS);
        await gone;
        clearTimeout(force);
      }
      log.end();
    },
  };
}

function openLog(folder: string, name: string) {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.log`);
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > MAX_LOG_BYTES) truncateSync(path, 0);
  const log = createWriteStream(path, { flags: 'a' });
  // A full disk must not end what it logs about.
  log.on('error', () => undefined);
  return log;
}
