/** What the entry of every program has in common: signals, readiness for the supervisor, one sentence when it cannot start. */
import { logger } from '#/server/config/logger';
import { closeDb } from '#/server/db/client';

export type Running = { close(): Promise<void> };
/** What a program tells the supervisor over IPC. */
export type ProgramMessage = { ready: true } | { failed: string };

/** The last resort when something does not end by itself. */
const CLOSE_LIMIT_MS = 12_000;

/** Starts a program and ends it on SIGINT, SIGTERM, and when the supervisor that started it is gone. */
export async function runProgram(name: string, start: () => Promise<Running>): Promise<void> {
  let running: Running | null = null;
  let stopping = false;
  const stop = async (why: string) => {
    if (stopping) return;
    stopping = true;
    logger.info({ why }, `${name}: closing`);
    setTimeout(() => process.exit(1), CLOSE_LIMIT_MS).unref();
    await running?.close();
    await closeDb();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop(signal));
  if (process.send) process.once('disconnect', () => void stop('the supervisor is gone'));
  process.on('unhandledRejection', (error) => logger.error({ error }, `${name}: unhandled rejection`));
  try {
    running = await start();
    tell({ ready: true });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    logger.fatal({ error }, `${name}: cannot start`);
    tell({ failed: message });
    if (!process.send) process.stderr.write(`${message}\n`);
    process.exitCode = 1;
    setTimeout(() => process.exit(1), 100);
  }
}

function tell(message: ProgramMessage): void {
  process.send?.(message);
}
