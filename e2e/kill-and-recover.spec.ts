/** `npm start` on its own: what it says when it cannot start, and what a kill -9 of each part leaves behind. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, readDemo, test } from './fixtures';
import { type Stack, startAndEnd, startStack } from './stack';

const PORT = Number(process.env.E2E_PORT) + 200;
const folder = mkdtempSync(path.join(tmpdir(), 'fairlead-kill-'));
// As root the databases run as the user postgres.
chmodSync(folder, 0o711);
const home = path.join(folder, 'home');
const stacks: Stack[] = [];
const start = async (args: string[] = []) => {
  const stack = await startStack({ home, port: PORT, args });
  stacks.push(stack);
  return stack;
};

test.describe.configure({ mode: 'serial' });
test.afterAll(async () => {
  for (const stack of stacks) await stack.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Process ids of the parts of a stack, by the script that they run. */
function partsOf(stack: Stack): Map<string, number> {
  const rows = execFileSync('ps', ['--ppid', String(stack.process.pid), '-o', 'pid=,args='], { encoding: 'utf8' })
    .trim()
    .split('\n');
  const parts = rows.map(
    (row) => [/(\w+)\.mjs/.exec(row)?.[1] ?? (row.includes('postgres') ? 'postgres' : ''), Number.parseInt(row, 10)] as const,
  );
  return new Map(parts);
}

test('a taken port, a second start and a wrong option are one sentence each', async () => {
  const taken = createServer().listen(PORT);
  await once(taken, 'listening');
  const ended = await startAndEnd({ home, port: PORT });
  taken.close();
  expect(ended.code).toBe(1);
  expect(ended.said.trim()).toBe(
    `Port ${PORT} (PORT) is taken by another program. End that program, or choose another port: PORT=${PORT + 1} npm start.`,
  );
  expect(await startAndEnd({ home, port: PORT, args: ['--role', 'captain'] })).toMatchObject({
    code: 2,
    said: expect.stringContaining('--role takes web, controller or broker'),
  });
  expect(await startAndEnd({ home, port: PORT, args: ['--role', 'web'] })).toMatchObject({
    code: 1,
    said: expect.stringContaining('--role web needs DATABASE_URL'),
  });
  expect(await startAndEnd({ home, port: PORT, env: { DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' } })).toMatchObject({
    code: 1,
    said: expect.stringContaining('The database none at 127.0.0.1:1 cannot be reached'),
  });
});

test('kill -9 of any part, and of everything, loses nothing', async ({ request }) => {
  test.setTimeout(900_000);
  const first = await start();
  expect(await startAndEnd({ home, port: PORT + 10 })).toMatchObject({
    code: 1,
    said: expect.stringContaining(`Fairlead already runs from ${home}`),
  });
  const demo = readDemo(home);
  const headers = { Authorization: `Bearer ${demo.gateway_token.token}` };
  const base = `${demo.url}/v1/cloud-integration`;
  const ask = async (where: string) => {
    const answer = await request.get(`${base}/${where}`, { headers, timeout: 20_000 }).catch(() => null);
    return answer?.ok() ? answer.json() : null;
  };
  await expect.poll(async () => (await ask('gateway/status'))?.status, { timeout: 120_000 }).toBe('online');
  const [update] = (await ask('updates/check')).updates;
  const order = { update_id: update.id, version: update.version, target_partition: 'B' };
  const { job_id } = await (await request.post(`${base}/updates/download`, { headers, data: order })).json();

  for (const name of ['controller', 'broker', 'web', 'fleet', 'postgres']) {
    const pid = partsOf(first).get(name);
    expect(pid, `${name} runs`).toBeDefined();
    process.kill(pid as number, 'SIGKILL');
    await expect.poll(() => partsOf(first).get(name) ?? pid, { timeout: 120_000, message: `${name} is started again` }).not.toBe(pid);
  }
  await expect.poll(async () => (await ask(`updates/progress?job_id=${job_id}`))?.status, { timeout: 240_000 }).toBe('downloaded');

  const before = readFileSync(path.join(home, 'demo.json'), 'utf8');
  const gone = once(first.process, 'exit');
  first.process.kill('SIGKILL');
  await gone;
  const second = await start();
  expect(readFileSync(path.join(home, 'demo.json'), 'utf8')).toBe(before);
  expect((await ask(`updates/progress?job_id=${job_id}`)).status).toBe('downloaded');
  await request.post(`${base}/updates/install`, { headers, data: { job_id, strategy: 'seamless', reboot_after: true, reboot_delay: 0 } });
  await expect.poll(async () => (await ask(`updates/progress?job_id=${job_id}`))?.status, { timeout: 240_000 }).toBe('completed');

  const parts = [...partsOf(second)];
  await second.stop();
  const commandOf = (pid: number) =>
    existsSync(`/proc/${pid}/cmdline`) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  const alive = parts.flatMap(([name, pid]) => (commandOf(pid) ? [`${name}: ${commandOf(pid)}`] : []));
  expect(alive, 'an orderly end leaves nothing behind').toEqual([]);
});
