/**
 * Starts the agent with little memory. Node's defaults are made for servers: a young generation of 48 MB, and an arena of the C
 * library for each thread, none of which gives back what it once had. Measured by bench/delta.
 */

/** Kept by restarts of the process, which keep its arguments and environment. */
export const LEAN_FLAGS: readonly string[] = ['--max-semi-space-size=1', '--expose-gc'];
export const LEAN_ENV: Readonly<Record<string, string>> = { MALLOC_ARENA_MAX: '1' };

/**
 * Becomes the same process with these settings, under the same id; returns where they are in force already, where whoever runs
 * the agent has chosen others, and where the system cannot do it.
 */
export function startLean(): void {
  if (process.execve === undefined || Object.keys(LEAN_ENV).some((name) => process.env[name] !== undefined)) return;
  const args = [process.execPath, ...process.execArgv, ...LEAN_FLAGS, ...process.argv.slice(1)];
  process.execve(process.execPath, args, { ...process.env, ...LEAN_ENV });
}
