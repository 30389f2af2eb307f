/** Programs of their own that a benchmark starts, so that the load does not run in what it measures. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export const PROJECT = join(import.meta.dirname, '../..');

export type Program = {
  readonly pid: number;
  send(message: object): void;
  /** Resolves with the next message that has this kind. */
  next<T extends { kind: string }>(kind: T['kind']): Promise<T>;
  onMessage(listener: (message: { kind?: string }) => void): () => void;
  stop(): Promise<void>;
};

const STOP_LIMIT_MS = 15_000;

/** Starts a TypeScript program and waits until it says `{ ready: true }`. */
export async function startProgram(script: string, env: Record<string, string>): Promise<Program> {
  const child: ChildProcess = fork(join(PROJECT, script), [], {
    cwd: PROJECT,
    env: { ...process.env, ...env },
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  let ended = false;
  child.once('exit', () => {
    ended = true;
  });
  await new Promise<void>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${script} has ended (${code}) before it was ready`)));
    child.on('message', (message: { ready?: boolean; failed?: string }) => {
      if (message.ready) resolve();
      if (message.failed) reject(new Error(`${script}: ${message.failed}`));
    });
  });
  return {
    pid: child.pid ?? 0,
    send: (message) => void (ended || child.send(message)),
    next: (kind) =>
      new Promise((resolve, reject) => {
        const settle = () => {
          child.off('message', listener);
          child.off('exit', gone);
        };
        const gone = () => {
          settle();
          reject(new Error(`${script} has ended while ${kind} was awaited`));
        };
        const listener = (message: { kind?: string }) => {
          if (message.kind !== kind) return;
          settle();
          resolve(message as never);
        };
        child.on('message', listener);
        child.once('exit', gone);
      }),
    onMessage(listener) {
      child.on('message', listener);
      return () => child.off('message', listener);
    },
    async stop() {
      if (ended) return;
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      const limit = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
      await exit;
      clearTimeout(limit);
    },
  };
}
