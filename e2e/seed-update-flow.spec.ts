/** The reference page's Python program, run by a real Python against the live server, and what becomes of its update. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, readDemo, test } from './fixtures';

const run = promisify(execFile);
/** Debian's, which has `requests` (python3-requests). */
const PYTHON = '/usr/bin/python3';

test('the update flow of the reference page brings the gateway to the new version', async ({ request }) => {
  const { url, gateway_token } = readDemo();
  const program = readFileSync(path.join(import.meta.dirname, 'seed-programs/update-flow.py'), 'utf8');
  const placed = program.replaceAll('https://api.example.com', url).replaceAll('your_token', gateway_token.token);
  const headers = { Authorization: `Bearer ${gateway_token.token}` };
  const ask = async (where: string) => (await request.get(`/v1/cloud-integration/${where}`, { headers })).json();
  const [offered] = (await ask('updates/check')).updates;

  const { stdout } = await run(PYTHON, ['-c', placed], { timeout: 300_000 });
  expect(stdout).toContain(`Available update: ${offered.version}`);
  expect(stdout).toMatch(/Download started: OTA-JOB-\w+/);
  expect(stdout).toContain('Update installation started');
  const percentages = [...stdout.matchAll(/Progress: ([\d.]+)%/g)].map((match) => Number(match[1]));
  expect(percentages).toEqual([...percentages].sort((a, b) => a - b));

  const jobId = /OTA-JOB-\w+/.exec(stdout)?.[0];
  await expect.poll(async () => (await ask(`updates/progress?job_id=${jobId}`)).status, { timeout: 240_000 }).toBe('completed');
  // The gateway says it of its slots right after it has kept the version.
  const active = async () => (await ask('gateway/status')).partitions.active;
  await expect.poll(active).toMatchObject({ id: 'B', version: offered.version, status: 'healthy' });
  expect((await ask('updates/check')).updates.map((update: { version: string }) => update.version)).not.toContain(offered.version);
  expect((await ask('history/updates')).history[0]).toMatchObject({ job_id: jobId, status: 'success', version: offered.version });
});
