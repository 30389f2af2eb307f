import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from './testing/run';

const VARIABLES = ['FAIRLEAD_HOME', 'DATABASE_URL', 'FAIRLEAD_SECRET', 'PORT', 'MQTT_PORT', 'MQTT_WS_PORT', 'MQTT_URL', 'ARTIFACT_FOLDER'];
const RELEASE = 'release add no-such.img --version v1.0.0 --type hotfix --severity low --description x'.split(' ');
let home: string;
let before: NodeJS.ProcessEnv;

beforeEach(async () => {
  before = { ...process.env };
  for (const name of VARIABLES) delete process.env[name];
  home = await mkdtemp(join(tmpdir(), 'fairlead-cli-'));
  process.env.FAIRLEAD_HOME = home;
  delete (globalThis as { fairleadEnv?: unknown }).fairleadEnv;
});

afterEach(async () => {
  process.env = before;
  await rm(home, { recursive: true, force: true });
});

/** A listener that is no part of Fairlead, on a port of its own. */
async function stranger(): Promise<{ port: number; server: Server }> {
  const server = createServer((socket) => socket.end('SSH-2.0-stranger\r\n'));
  await new Promise<void>((done) => server.listen(0, '0.0.0.0', done));
  const address = server.address();
  return { port: typeof address === 'object' && address ? address.port : 0, server };
}

describe('exit codes', () => {
  it.each([
    ['an unknown command', ['nonsense']],
    ['an unknown option', ['user', 'list', '--nonsense']],
    ['a missing value', ['user', 'add', 'a@b.example']],
    ['too many values', ['user', 'list', 'more']],
    ['an unknown role', ['user', 'grant', 'a@b.example', 'king']],
    ['a number out of range', ['token', 'create', '--user', 'a@b.example', '--name', 'x', '--days', '0']],
    ['what is no token id', ['token', 'revoke', '1']],
    ['a release without a channel', RELEASE],
    ['a release of an unknown channel', [...RELEASE, '--channel', 'alpha']],
    ['an image that is not there', [...RELEASE, '--channel', 'beta']],
    ['a prerequisite that is no version', [...RELEASE, '--channel', 'beta', '--prerequisite', 'new']],
    ['half of --create', ['enroll', 'RTM-1', '--create', '--site', 'RTM']],
  ])('%s is wrong usage: 2, one sentence, nothing on standard output', async (_what, args) => {
    const { exitCode, out, err } = await run(args);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(err).toMatch(/^fairlead: .+\n$/);
    const { err: json } = await run([...args, '--json']);
    expect(JSON.parse(json)).toMatchObject({ error: { code: 'USAGE', message: expect.any(String) } });
  });

  it('a password that is too short is wrong usage, before anything is reached', async () => {
    const { exitCode, err } = await run(['user', 'add', 'a@b.example', '--name', 'A', '--password-stdin'], 'short\n');
    expect({ exitCode, err }).toEqual({ exitCode: 2, err: 'fairlead: Use at least 12 characters\n' });
  });

  it('help is not an error', async () => {
    const { exitCode, out } = await run(['--help']);
    expect(exitCode).toBe(0);
    for (const command of ['doctor', 'user', 'token', 'enroll', 'seed', 'acl', 'passwords', 'site', 'release'])
      expect(out).toContain(command);
  });

  it('an installation that does not run is out of reach: 3', async () => {
    expect(await run(['user', 'list'])).toMatchObject({ exitCode: 3, err: expect.stringContaining('npm start') });
    const { port, server } = await stranger();
    await new Promise((done) => server.close(done));
    await writeFile(join(home, 'embedded.json'), JSON.stringify({ database_url: `postgresql://x@127.0.0.1:${port}/x`, pid: 1 }));
    await writeFile(join(home, 'secret'), 'x'.repeat(40));
    expect(await run(['user', 'list'])).toMatchObject({ exitCode: 3, err: expect.stringContaining('Start Fairlead with npm start.') });
  });
});

describe('acl', () => {
  it('prints the rules without any installation', async () => {
    const { exitCode, out } = await run(['acl']);
    expect(exitCode).toBe(0);
    expect(out).toContain('pattern write fairlead/v1/g/%u/up/event\n');
  });
});

describe('doctor', () => {
  it('names every problem with its remedy, and ends with 1', async () => {
    const web = await stranger();
    process.env.PORT = String(web.port);
    process.env.MQTT_PORT = '70000';
    process.env.MQTT_URL = 'mqtt://127.0.0.1:1';
    await writeFile(join(home, 'artifacts'), 'a file where the folder should be');
    const { exitCode, out } = await run(['doctor', '--json']);
    web.server.close();
    expect(exitCode).toBe(1);
    const { healthy, checks } = JSON.parse(out) as { healthy: boolean; checks: { name: string; status: string; remedy: string | null }[] };
    expect(healthy).toBe(false);
    const problems = checks.filter((check) => check.status === 'problem');
    expect(problems.map((check) => check.name).sort()).toEqual(['artifacts', 'broker', 'database', 'environment', 'secret', 'web port']);
    expect(problems.every((check) => (check.remedy ?? '').length > 10)).toBe(true);
    expect(checks.find((check) => check.name === 'node')).toMatchObject({ status: 'ok', remedy: null });
  });
});
