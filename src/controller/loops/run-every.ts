import { logger } from '#/server/config/logger';

/** Runs a task again and again, never twice at once; a failure is logged and the next turn comes. */
export function runEvery(name: string, everyMs: number, task: () => Promise<unknown>): { stop(): Promise<void> } {
  let running: Promise<unknown> | null = null;
  const timer = setInterval(() => {
    running ??= task()
      .catch((error: unknown) =>
        logger.warn({ loop: name, reason: (error as Error).message }, 'controller: a loop failed, it will run again'),
      )
      .finally(() => {
        running = null;
      });
  }, everyMs);
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
