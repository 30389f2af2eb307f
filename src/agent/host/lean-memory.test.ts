import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { LEAN_ENV, LEAN_FLAGS } from './lean-memory';

const run = promisify(execFile);
const MODULE = join(import.meta.dirname, 'lean-memory.ts');
const SAY = `
  import { startLean } from ${JSON.stringify(MODULE)};
  const first = process.env.FIRST_PID;
  process.env.FIRST_PID ??= String(process.pid);
  startLean();
  const { pid, execArgv, argv, env } = process;
  console.log(JSON.stringify({ pid: String(pid), first, execArgv, argv: argv.slice(1), arenas: env.MALLOC_ARENA_MAX }));`;

async function start(env: Record<string, string>) {
  const { MALLOC_ARENA_MAX: _, ...outside } = process.env;
  const { stdout } = await run(process.execPath, ['--input-type=module-typescript', '-e', SAY, 'one', '--two'], {
    env: { ...outside, ...env } as NodeJS.ProcessEnv,
  });
  return JSON.parse(stdout) as { pid: string; first?: string; execArgv: string[]; argv: string[]; arenas: string };
}

it('becomes the same process with little memory, once', async () => {
  const { pid, first, execArgv, argv, arenas } = await start({});
  expect(first).toBe(pid);
  expect(execArgv).toEqual(expect.arrayContaining([...LEAN_FLAGS]));
  expect(execArgv.filter((flag) => flag === LEAN_FLAGS[0])).toHaveLength(1);
  expect(argv).toEqual(['one', '--two']);
  expect(arenas).toBe(LEAN_ENV.MALLOC_ARENA_MAX);
});

it('leaves what whoever runs the agent has chosen', async () => {
  const { first, execArgv, arenas } = await start({ MALLOC_ARENA_MAX: '2' });
  expect(first).toBeUndefined();
  expect(execArgv).not.toEqual(expect.arrayContaining([...LEAN_FLAGS]));
  expect(arenas).toBe('2');
});
