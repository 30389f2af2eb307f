import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoInfoSchema } from '#/protocol/demo/demo-info';
import { fleetPlanSchema } from '#/protocol/demo/fleet-plan';
import { systemActor } from '#/server/access/actor';
import { disableUser } from '#/server/access/disable-user';
import { signIn } from '#/server/access/sign-in';
import { hashToken } from '#/server/access/token-secret';
import { artifactFile } from '#/server/artifacts/artifact-folder';
import { getDb } from '#/server/db/client';
import { hashEnrolmentToken } from '#/server/enrolment/issue-token';
import { searchComponents, searchComponentsSchema } from '#/server/sbom/search-components';
import { seedDemo } from './demo';
import { DEMO_CAST, TOKEN_GATEWAY } from './demo-fleet/cast';

const origin = { ip: null, requestId: null };
let home: string;
let watcher: Client;
const options = () => ({ home, publicUrl: 'http://localhost:3000', mqttUrl: 'mqtt://localhost:1883' });
const infoOf = async () => demoInfoSchema.parse(JSON.parse(await readFile(join(home, 'demo.json'), 'utf8')));
const planOf = async () => fleetPlanSchema.parse(JSON.parse(await readFile(join(home, 'fleet/plan.json'), 'utf8')));

/** Somebody waits for a lock of this database; the server has those of other files. */
const waits = () =>
  count(
    `SELECT count(*)::int AS n FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  );

/** `fairlead seed demo` as a process of its own. */
function start(): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', 'seed', 'demo'], { env: process.env, stdio: 'ignore' });
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = child.exitCode === null ? once(child, 'exit') : null;
  child.kill('SIGKILL');
  await ended;
}

async function count(sql: string): Promise<number> {
  const { rows } = await watcher.query<{ n: number }>(sql);
  return rows[0]?.n ?? 0;
}

const sites = () => count('SELECT count(*)::int AS n FROM "Site"');

async function until(condition: () => Promise<boolean>): Promise<void> {
  const endMs = Date.now() + 100_000;
  while (!(await condition())) {
    if (Date.now() > endMs) throw new Error('the condition did not come true');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'fairlead-seed-'));
  process.env.FAIRLEAD_HOME = home;
  watcher = new Client({ connectionString: process.env.DATABASE_URL });
  await watcher.connect();
});

afterAll(async () => {
  await watcher.end();
  await rm(home, { recursive: true, force: true });
});

// In order: the database is empty at first, and each test goes on where the one before it ended.
describe('seeding the demo', () => {
  it('leaves nothing behind when it is killed in the middle of its rows', async () => {
    await watcher.query('BEGIN');
    await watcher.query('LOCK TABLE "JobEvent" IN ACCESS EXCLUSIVE MODE');
    const child = start();
    await until(async () => (await waits()) > 0);
    await kill(child);
    await watcher.query('ROLLBACK');
    await until(async () => (await count(`SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database()`)) === 1);
    expect(await sites()).toBe(0);
  });

  it('comes to a whole demo after it was killed behind its rows, and after a file could not be written', async () => {
    const child = start();
    await until(async () => (await sites()) > 0);
    await kill(child);
    await rm(join(home, 'fleet'), { recursive: true, force: true });
    await writeFile(join(home, 'fleet'), 'in the way of the folder');
    await expect(seedDemo(options())).rejects.toThrow();
    await rm(join(home, 'fleet'));
    expect(await seedDemo(options())).toEqual(await infoOf());
    expect(await sites()).toBe(3);
    expect(await getDb().gateway.count()).toBe(DEMO_CAST.length);
    expect(await getDb().job.count()).toBeGreaterThan(60);
  });

  it('tells sign-ins, tokens and a fleet plan that work, readable by the owner only', async () => {
    const info = await infoOf();
    for (const user of info.users) {
      expect(await signIn(user.email, user.password, origin)).toMatchObject({ ok: true });
      expect(await getDb().apiToken.count({ where: { tokenHash: hashToken(user.token), revokedAt: null } })).toBe(1);
    }
    const bound = await getDb().apiToken.findUniqueOrThrow({
      where: { tokenHash: hashToken(info.gateway_token.token) },
      include: { gateway: true, user: { include: { roles: true } } },
    });
    expect(bound).toMatchObject({ gatewayId: info.gateway_token.gateway_id, gateway: { name: TOKEN_GATEWAY } });
    expect(bound.user.roles).toMatchObject([{ role: 'supervisor', siteId: null }]);
    const plan = await planOf();
    for (const gateway of plan.gateways) {
      const where = { tokenHash: hashEnrolmentToken(gateway.enrolmentToken), gatewayId: gateway.gatewayId, usedAt: null };
      expect(await getDb().enrolmentToken.count({ where: { ...where, expiresAt: { gt: new Date() } } })).toBe(1);
    }
    for (const file of ['demo.json', 'fleet/plan.json']) expect((await stat(join(home, file))).mode & 0o777).toBe(0o600);
    for (const release of await getDb().release.findMany()) {
      const bytes = await readFile(artifactFile(release.artifactSha256));
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(release.artifactSha256);
      expect(release.signature).toBe('verified');
    }
  });

  it('has bills of materials that say in which releases an old package is', async () => {
    const asked = searchComponentsSchema.parse({ name: 'OpenSSL', operator: '<', version: '3.0.15-1~deb12u1' });
    const { findings } = await searchComponents(systemActor('test'), asked);
    expect(findings.map((one) => one.releaseVersion).sort()).toEqual(['v4.8.6', 'v4.9.3', 'v5.0.3', 'v5.0.4', 'v5.1.0-rc.1']);
  });

  it('changes nothing the second time, and only the addresses when they moved', async () => {
    const before = [await infoOf(), await planOf()] as const;
    const audited = await getDb().auditEvent.count();
    await seedDemo(options());
    expect([await infoOf(), await planOf()]).toEqual(before);
    await seedDemo({ ...options(), publicUrl: 'http://localhost:3100', mqttUrl: 'mqtt://localhost:1884' });
    expect(await infoOf()).toEqual({ ...before[0], url: 'http://localhost:3100', mqtt_url: 'mqtt://localhost:1884' });
    expect(await planOf()).toEqual({ ...before[1], serverUrl: 'http://localhost:3100' });
    expect(await getDb().auditEvent.count()).toBe(audited);
  });

  it('makes lost files and images again: earlier passwords and tokens end, a disabled person stays out', async () => {
    const [oldInfo, oldPlan] = [await infoOf(), await planOf()];
    const viewer = oldInfo.users.find((user) => user.role === 'viewer');
    await disableUser(systemActor('test'), viewer?.email ?? '');
    await rm(join(home, 'demo.json'));
    await rm(join(home, 'fleet'), { recursive: true });
    await mkdir(join(home, 'fleet'));
    await writeFile(join(home, 'fleet/plan.json'), '{"v":1,"gat');
    const image = artifactFile((await getDb().release.findFirstOrThrow()).artifactSha256);
    await rm(image);
    const info = await seedDemo(options());
    expect((await stat(image)).size).toBeGreaterThan(0);
    for (const [index, user] of (info?.users ?? []).entries()) {
      const old = oldInfo.users[index];
      if (user.role !== 'viewer') expect(await signIn(user.email, user.password, origin)).toMatchObject({ ok: true });
      expect(await signIn(user.email, old?.password ?? '', origin)).toMatchObject({ ok: false });
      expect(await getDb().apiToken.count({ where: { tokenHash: hashToken(old?.token ?? ''), revokedAt: null } })).toBe(0);
    }
    const { email = '', password = '' } = info?.users.find((user) => user.role === 'viewer') ?? {};
    expect(await signIn(email, password, origin)).toEqual({ ok: false, why: 'disabled' });
    expect((await planOf()).gateways[0]?.enrolmentToken).not.toBe(oldPlan.gateways[0]?.enrolmentToken);
  });

  it('leaves a fleet alone that is not the demo', async () => {
    await getDb().user.update({ where: { email: 'auditor@fairlead.example' }, data: { email: 'someone@else.example' } });
    const before = [await infoOf(), await planOf()] as const;
    expect(await seedDemo({ ...options(), publicUrl: 'http://elsewhere:1' })).toBeNull();
    expect([await infoOf(), await planOf()]).toEqual(before);
  });
});
