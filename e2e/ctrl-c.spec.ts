/** Ctrl-C in a terminal, which sends it to every program of the foreground, npm among them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from './fixtures';
import { stackEnvironment } from './stack';

const folder = mkdtempSync(path.join(tmpdir(), 'fairlead-ctrl-c-'));
// As root the database runs as the user postgres.
chmodSync(folder, 0o711);
test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('Ctrl-C ends npm start in order: nothing is started again, nothing stays behind', async () => {
  const home = path.join(folder, 'home');
  const env = stackEnvironment({ home, port: Number(process.env.E2E_PORT) + 250 });
  // script(1) gives it a terminal of its own.
  const terminal = spawn('script', ['-qec', 'npm start', '/dev/null'], { env, stdio: 'pipe' });
  let said = '';
  for (const stream of [terminal.stdout, terminal.stderr])
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
  const ended = once(terminal, 'close');
  await expect.poll(() => said, { timeout: 180_000 }).toContain('Ctrl-C ends everything');
  terminal.stdin.write('\x03');
  await ended;
  expect(said).toContain('Ending …');
  expect(said).not.toContain('has died');
  // Both are there as long as something runs, and stay after an end that was not in order.
  expect(existsSync(path.join(home, 'embedded.json'))).toBe(false);
  expect(existsSync(path.join(home, 'postgres', 'postmaster.pid'))).toBe(false);
});
