/** The reference page's upload program, run by a real Python: an image made by hand is verified, deployed, and booted by the gateway. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { encodeImageManifest } from '../src/domain/releases/image-manifest';
import { createGatewayToken, expect, readDemo, signInAs, test } from './fixtures';

const run = promisify(execFile);
/** Debian's, which has `requests` (python3-requests). */
const PYTHON = '/usr/bin/python3';
/** Pins no release keys, so that it takes an image that nobody has signed; it runs from A. */
const UNPINNED_GATEWAY = 'SAV-Q-STS23-GW1';
const VERSION = 'v5.1.0-custom';

test('the upload of the reference page brings a custom image to partition B', async ({ page, request }) => {
  await signInAs(page, 'supervisor');
  const token = await createGatewayToken(page, UNPINNED_GATEWAY);
  const headers = { Authorization: `Bearer ${token}` };
  const ask = async (where: string) => (await request.get(`/v1/cloud-integration/${where}`, { headers })).json();
  expect((await ask('gateway/status')).partitions.inactive.id).toBe('B');

  const folder = await mkdtemp(path.join(tmpdir(), 'fairlead-upload-'));
  const manifest = encodeImageManifest({ version: VERSION, build_id: 'custom-1', kernel: '6.6.63', os_version: 'Gateway OS custom' });
  await writeFile(path.join(folder, 'custom-v5.1.0.img'), Buffer.concat([manifest, Buffer.alloc(700_000, 5)]));
  const program = readFileSync(path.join(import.meta.dirname, 'seed-programs/upload.py'), 'utf8');
  const placed = program.replaceAll('https://api.example.com', readDemo().url).replaceAll('your_token', token);
  try {
    const { stdout } = await run(PYTHON, ['-c', placed], { cwd: folder, timeout: 240_000 });
    expect(stdout).toContain(`Image verified: ${VERSION}`);
    expect(stdout).toMatch(/Deployment started: OTA-DEP-\w+/);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }

  const { job_id } = await ask('updates/progress');
  const outcome = async () => {
    const { status, error } = await ask(`updates/progress?job_id=${job_id}`);
    return error ? `${status}: ${error.message}` : status;
  };
  await expect.poll(outcome, { timeout: 240_000 }).toBe('completed');
  // The gateway says it of its slots right after it has kept the version.
  const active = async () => (await ask('gateway/status')).partitions.active;
  await expect.poll(active).toMatchObject({ id: 'B', version: VERSION, status: 'healthy' });
});
