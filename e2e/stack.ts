/** `npm start` (its built program) as a child process of a test. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

const START_LIMIT_MS = 180_000;
const END_MARK = 'Ctrl-C ends everything';

export type StackOptions = { home: string; port: number; args?: string[]; env?: Record<string, string> };
export type Stack = { process: ChildProcess; url: string; tookMs: number; stop(): Promise<void> };
/** What it said and how it ended, for starts that are meant to fail. */
export type Ended = { code: number | null; said: string };

export function stackEnvironment({ home, port, env = {} }: StackOptions): NodeJS.ProcessEnv {
  const ports = { PORT: String(port), MQTT_PORT: String(port + 1), MQTT_WS_PORT: String(port + 2) };
  return { ...process.env, FAIRLEAD_HOME: home, ...ports, PUBLIC_URL: '', PUBLIC_MQTT_URL: '', DATABASE_URL: '', MQTT_URL: '', ...env };
}

function launch(options: StackOptions): { child: ChildProcess; said: () => string } {
  const child = spawn(process.execPath, ['dist/main.mjs', ...(options.args ?? [])], {
    env: stackEnvironment(options),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
  }
  return { child, said: () => text };
}

/** Resolves when the banner is printed. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const sinceMs = Date.now();
  const { child, said } = launch(options);
  const limit = setTimeout(() => child.kill('SIGKILL'), START_LIMIT_MS);
  while (!said().includes(END_MARK)) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`The stack did not start: ${said()}`);
    await Promise.race([once(child, 'exit'), once(child.stdout as NodeJS.ReadableStream, 'data')]);
  }
  clearTimeout(limit);
  return {
    process: child,
    url: `http://localhost:${options.port}`,
    tookMs: Date.now() - sinceMs,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    },
  };
}

/** A start that ends by itself. */
export async function startAndEnd(options: StackOptions): Promise<Ended> {
  const { child, said } = launch(options);
  await once(child, 'close');
  return { code: child.exitCode, said: said() };
}
