import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findUnclean, forgetRunning, keepSecret, writeRunning } from './home';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'fairlead-home-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));
const running = (pid: number) => ({ pid, database_url: 'postgresql://x', mqtt_url: 'mqtt://x', url: 'http://x' });

describe('FAIRLEAD_HOME', () => {
  it('makes the secret once, readable by its owner only', async () => {
    const secret = await keepSecret(home, undefined);
    expect(secret.length).toBeGreaterThanOrEqual(32);
    expect(await keepSecret(home, undefined)).toBe(secret);
    expect((await stat(join(home, 'secret'))).mode & 0o777).toBe(0o600);
    expect(await keepSecret(home, 'given by the environment, and long enough')).toBe('given by the environment, and long enough');
  });
  it('replaces a secret that a full disk has cut short', async () => {
    await writeFile(join(home, 'secret'), 'half');
    expect((await keepSecret(home, undefined)).length).toBeGreaterThanOrEqual(32);
  });
  it('tells a clean end, a killed start and one that still runs', async () => {
    expect(await findUnclean(home)).toBe(false);
    // A process with this number has never been a supervisor.
    await writeRunning(home, running(1));
    expect(await findUnclean(home)).toBe(true);
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', 'main.mjs']);
    await writeRunning(home, running(other.pid as number));
    await expect(findUnclean(home)).rejects.toThrow(`Fairlead already runs from ${home} (process ${other.pid})`);
    other.kill();
    await forgetRunning(home);
    expect(await findUnclean(home)).toBe(false);
    await expect(readFile(join(home, 'embedded.json'))).rejects.toThrow();
  });
});
