/** Playwright's global set-up: `npm start` as its user would run it, in a folder of its own, and its orderly end. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { readDemo } from './fixtures';

const START_LIMIT_MS = 180_000;
/** Of the demo's gateways, without those that are switched off. */
const ENOUGH_ONLINE = 20;

export default async function startStack(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.E2E_HOME) return undefined;
  const home = process.env.FAIRLEAD_HOME as string;
  rmSync(home, { recursive: true, force: true });
  const port = Number(process.env.E2E_PORT);
  const env = {
    ...process.env,
    PORT: String(port),
    MQTT_PORT: String(port + 1),
    MQTT_WS_PORT: String(port + 2),
    PUBLIC_URL: '',
    DATABASE_URL: '',
    MQTT_URL: '',
  };
  const stack = spawn(process.execPath, ['dist/main.mjs'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  stack.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const endMs = Date.now() + START_LIMIT_MS;
  while (!said.includes('Ctrl-C ends everything')) {
    if (stack.exitCode !== null || Date.now() > endMs) throw new Error(`The stack did not start: ${said}`);
    await wait(200);
  }
  while ((await countOnline()) < ENOUGH_ONLINE) {
    if (Date.now() > endMs) throw new Error('The demo fleet did not come online.');
    await wait(500);
  }
  return async () => {
    stack.kill('SIGTERM');
    if (stack.exitCode === null) await once(stack, 'exit');
    if (!process.env.E2E_KEEP) rmSync(home, { recursive: true, force: true });
  };
}

async function countOnline(): Promise<number> {
  const { url, users } = readDemo();
  const viewer = users.find((user) => user.role === 'viewer');
  const input = encodeURIComponent(JSON.stringify({ json: {} }));
  const csrf = await fetch(`${url}/api/auth/csrf`);
  const { csrfToken } = (await csrf.json()) as { csrfToken: string };
  const cookie = (response: Response) =>
    response.headers
      .getSetCookie()
      .map((one) => one.split(';')[0])
      .join('; ');
  const body = new URLSearchParams({ email: viewer?.email ?? '', password: viewer?.password ?? '', csrfToken, json: 'true' });
  const signIn = await fetch(`${url}/api/auth/callback/credentials`, {
    method: 'POST',
    body,
    headers: { cookie: cookie(csrf) },
    redirect: 'manual',
  });
  const answer = await fetch(`${url}/api/trpc/fleet.summary?input=${input}`, { headers: { cookie: cookie(signIn) } });
  const summary = (await answer.json()) as { result?: { data?: { json?: { sites?: { online?: number }[] } } } };
  return (summary.result?.data?.json?.sites ?? []).reduce((sum, site) => sum + (site.online ?? 0), 0);
}
