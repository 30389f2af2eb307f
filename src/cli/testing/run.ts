import { runCli } from '../run-cli';

export type Run = { exitCode: number; out: string; err: string };

/** One run of the command in this process; `input` is its standard input. */
export async function run(args: readonly string[], input = ''): Promise<Run> {
  const said = { out: '', err: '' };
  const exitCode = await runCli(args, {
    out: (text) => void (said.out += text),
    err: (text) => void (said.err += text),
    readInput: async () => input,
  });
  return { exitCode, ...said };
}

/** The same with --json: the parsed answer. */
export async function ask<T>(args: readonly string[], input = ''): Promise<T> {
  const { exitCode, out, err } = await run([...args, '--json'], input);
  if (exitCode !== 0) throw new Error(`${args.join(' ')} ended with ${exitCode}: ${err}`);
  return JSON.parse(out) as T;
}
