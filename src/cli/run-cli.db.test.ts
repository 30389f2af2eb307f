import { spawn } from 'node:child_process';
import { createHash, randomInt, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { versionSortKey } from '#/domain/releases/version';
import { systemActor } from '#/server/access/actor';
import { signIn } from '#/server/access/sign-in';
import { hashToken } from '#/server/access/token-secret';
import { getDb } from '#/server/db/client';
import { enrolGateway } from '#/server/enrolment/enrol-gateway';
import { matchesVerifier } from '#/server/enrolment/credential-verifier';
import { createSite } from '#/server/sites/create-site';
import { ask, run } from './testing/run';

const origin = { ip: null, requestId: null };
const newEmail = () => `${randomUUID()}@test.example`;
const newCode = () => randomUUID().replaceAll('-', '').slice(0, 8).toUpperCase();

describe('fairlead user', () => {
  it('add makes a password that works; the trail names the console', async () => {
    const email = newEmail();
    const made = await ask<{ user_id: string; password: string }>(['user', 'add', email, '--name', 'Pia', '--role', 'viewer']);
    expect(await signIn(email, made.password, origin)).toMatchObject({ ok: true });
    const event = await getDb().auditEvent.findFirstOrThrow({ where: { name: 'user.created', objectId: made.user_id } });
    expect(event).toMatchObject({ actorType: 'system', actorName: expect.stringMatching(/^command line \(.+\)$/) });
    expect(await run(['user', 'add', email, '--name', 'Again'])).toMatchObject({
      exitCode: 1,
      out: '',
      err: expect.stringContaining('already'),
    });
  });

  it('takes a password from standard input and does not print it', async () => {
    const email = newEmail();
    const added = await run(['user', 'add', email, '--name', 'Paul', '--password-stdin'], 'four plain words here\n');
    expect(added).toEqual({ exitCode: 0, out: `Created ${email}.\n`, err: '' });
    expect(await signIn(email, 'four plain words here', origin)).toMatchObject({ ok: true });
    const changed = await ask<{ password: string }>(['user', 'set-password', email]);
    expect(await signIn(email, changed.password, origin)).toMatchObject({ ok: true });
  });

  it('list, grant, revoke, disable and enable say what is so', async () => {
    const [email, code] = [newEmail(), newCode()];
    await createSite(systemActor('test'), { code, name: 'Test', timezone: 'UTC' });
    await ask(['user', 'add', email, '--name', 'Rolf']);
    expect(await ask(['user', 'grant', email, 'operator', '--site', code])).toMatchObject({ changed: true });
    expect(await ask(['user', 'grant', email, 'operator', '--site', code])).toMatchObject({ changed: false });
    const { users } = await ask<{ users: { email: string; roles: unknown }[] }>(['user', 'list']);
    expect(users.find((user) => user.email === email)?.roles).toEqual([{ role: 'operator', site: code }]);
    expect((await run(['user', 'list'])).out).toContain(`operator@${code}`);
    expect(await ask(['user', 'revoke', email, 'operator', '--site', code])).toMatchObject({ changed: true });
    expect(await ask(['user', 'disable', email])).toMatchObject({ disabled: true, changed: true });
    expect(await ask(['user', 'enable', email])).toMatchObject({ enabled: true, changed: true });
    expect(await run(['user', 'disable', newEmail()])).toMatchObject({ exitCode: 1, err: expect.stringContaining('There is no user') });
  });

  it('pin disable and unlock: the old PIN is void, the person may set a new one for a day; no PIN is ever printed', async () => {
    const email = newEmail();
    const { user_id: id } = await ask<{ user_id: string }>(['user', 'add', email, '--name', 'Pim', '--role', 'supervisor']);
    const pinOf = () => getDb().user.findUniqueOrThrow({ where: { id }, select: { pinDisabledAt: true, pinRebindUntil: true } });
    expect(await ask(['user', 'pin', 'disable', email])).toEqual({ email, pin_disabled: true });
    expect(await pinOf()).toEqual({ pinDisabledAt: expect.any(Date), pinRebindUntil: null });
    const said = await run(['user', 'pin', 'unlock', email]);
    expect(said).toMatchObject({ exitCode: 0, out: expect.stringContaining(`${email} may set a new PIN`) });
    const { pinDisabledAt, pinRebindUntil } = await pinOf();
    expect(pinDisabledAt).not.toBeNull();
    expect(Math.abs((pinRebindUntil?.getTime() ?? 0) - Date.now() - 24 * 3_600_000)).toBeLessThan(600_000);
    const events = await getDb().auditEvent.findMany({ where: { objectId: id, name: { startsWith: 'pin.' } }, orderBy: { seq: 'asc' } });
    expect(events.map((one) => one.name)).toEqual(['pin.disabled', 'pin.rebind_allowed']);
    expect(await run(['user', 'pin', 'unlock', newEmail()])).toMatchObject({ exitCode: 1 });
  });
});

describe('fairlead token', () => {
  it('creates, lists and revokes', async () => {
    const email = newEmail();
    await ask(['user', 'add', email, '--name', 'Toni', '--role', 'operator']);
    const { token, token_id: id } = await ask<{ token: string; token_id: string }>([
      'token',
      'create',
      '--user',
      email,
      '--name',
      'Bench',
      '--days',
      '7',
    ]);
    const row = await getDb().apiToken.findUniqueOrThrow({ where: { tokenHash: hashToken(token) } });
    expect(Math.round((row.expiresAt?.getTime() ?? 0) - Date.now()) / 86_400_000).toBeCloseTo(7, 1);
    await ask(['token', 'revoke', id]);
    const { tokens } = await ask<{ tokens: { token_id: string; revoked_at: string | null }[] }>(['token', 'list', '--user', email]);
    expect(tokens).toMatchObject([{ token_id: id, revoked_at: expect.any(String) }]);
  });
});

describe('fairlead enroll and passwords', () => {
  it('a new gateway enrols with its token, and its line in the password file fits its secret', async () => {
    const code = newCode();
    expect(await ask(['site', 'add', code, '--name', 'Test', '--timezone', 'Asia/Kolkata'])).toMatchObject({ code });
    const name = `${code}-Q-STS01-GW1`;
    const place = ['--create', '--site', code, '--crane', 'STS01', '--kind', 'sts', '--block', 'Quay', '--serial', `SN-${code}`];
    const { token, gateway_id: id } = await ask<{ token: string; gateway_id: string }>(['enroll', name, ...place]);
    const device = { token, serialNumber: `SN-${code}`, hardwareRevision: 'rev-c', model: 'CG-420' };
    const enrolled = await enrolGateway(device, { mqttUrl: 'mqtt://localhost:1883', ip: null });
    const { passwords } = await ask<{ passwords: string[] }>(['passwords']);
    expect(passwords[0]).toMatch(/^fairlead-controller:\$7\$/);
    const line = passwords.find((one) => one.startsWith(`${id}:`)) ?? '';
    expect(await matchesVerifier(line.slice(id.length + 1), enrolled.mqttPassword)).toBe(true);
    expect(await run(['enroll', name, ...place])).toMatchObject({ exitCode: 1 });
    expect(await ask(['enroll', name, '--hours', '1'])).toMatchObject({ gateway: name });
  });
});

describe('fairlead release', () => {
  it('adds from a file, lists, refuses the same version again, and withdraws', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fairlead-release-'));
    const file = join(folder, 'gateway.img');
    await writeFile(file, randomUUID().repeat(1000));
    const version = `v${randomInt(100, 900_000)}.${randomInt(900_000)}.0-rc.1`;
    const words = ['--version', version, '--channel', 'beta', '--type', 'feature', '--severity', 'normal', '--description', 'A test'];
    const more = ['--changelog', 'One', 'Two', '--hardware', 'rev-c', 'rev-d', '--prerequisite', 'v5.0.0+'];
    const made = await ask<{ update_id: string; size_bytes: number }>(['release', 'add', file, ...words, ...more]);
    expect(made.size_bytes).toBe(36_000);
    const again = await run(['release', 'add', file, ...words]);
    expect(again).toMatchObject({ exitCode: 1, out: '', err: expect.stringContaining(`There is a release ${version} already.`) });
    const { releases } = await ask<{ releases: { version: string }[] }>(['release', 'list']);
    expect(releases.find((one) => one.version === version)).toMatchObject({
      update_id: made.update_id,
      state: 'published',
      signature: 'unverified',
      hardware: ['rev-c', 'rev-d'],
      prerequisites: ['v5.0.0+'],
    });
    expect(await ask(['release', 'withdraw', version, '--reason', 'Wrong build'])).toEqual({ version, withdrawn: true, changed: true });
    expect((await run(['release', 'list'])).out).toMatch(new RegExp(`^${version} +beta .*withdrawn`, 'm'));
    expect(await run(['release', 'withdraw', 'v0.0.1-none'])).toMatchObject({ exitCode: 1, err: expect.stringContaining('no release') });
    await rm(folder, { recursive: true });
  });

  it('publish: a draft on beta with what is to be said against it accepted, and none on stable', async () => {
    const draft = async (channel: string) => {
      const sha256 = createHash('sha256').update(randomUUID()).digest('hex');
      const facts = {
        format: 'raw',
        compression: 'none',
        sizeBytes: 1000,
        contentSizeBytes: 1000,
        contentSha256: null,
        partitionTable: null,
      };
      const empty = { fileSystems: [], bootImages: [], entryCount: null, osRelease: null, manifest: null, version: null, kernel: null };
      const more = { buildId: null, architecture: null, bootloader: null, hardware: null, minimumHardware: null, fromVersion: null };
      await getDb().artifact.create({ data: { sha256, sizeBytes: 1000, facts: { ...facts, ...empty, ...more }, inspectedAt: new Date() } });
      const version = `v${randomInt(100, 900_000)}.${randomInt(900_000)}.${randomInt(900_000)}`;
      const about = { version, versionSortKey: versionSortKey(version), channel, hardware: [`hw-${randomUUID()}`] };
      const words = { type: 'feature', severity: 'normal', description: 'A test', changelog: ['One'], releasedAt: new Date() };
      await getDb().release.create({ data: { ...about, ...words, state: 'draft', artifactSha256: sha256 } });
      return version;
    };
    const version = await draft('beta');
    expect(await run(['release', 'publish', version])).toMatchObject({ exitCode: 1, err: expect.stringContaining('no signature') });
    expect(await ask(['release', 'publish', version, '--accept-warnings'])).toMatchObject({ version, published: true, channel: 'beta' });
    const stable = await run(['release', 'publish', await draft('stable'), '--accept-warnings']);
    expect(stable).toMatchObject({ exitCode: 1, err: expect.stringContaining('by a person who is signed in') });
    expect(await run(['release', 'publish', 'v0.0.1-none'])).toMatchObject({ exitCode: 1, err: expect.stringContaining('no release') });
  });
});

describe('as a program', () => {
  it('answers on standard output, with the exit code of what happened', async () => {
    const start = async (...args: string[]) => {
      const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', ...args], { env: process.env });
      const [out, err, [exitCode]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
      return { out, err, exitCode };
    };
    const listed = await start('site', 'list', '--json');
    expect(listed).toMatchObject({ err: '', exitCode: 0 });
    expect(JSON.parse(listed.out)).toMatchObject({ sites: expect.any(Array) });
    expect(await start('enroll', 'NO-SUCH-GATEWAY')).toMatchObject({ out: '', exitCode: 1 });
  });
});

describe('fairlead doctor', () => {
  it('finds the database migrated and the clock right', async () => {
    const { out } = await run(['doctor', '--json']);
    const { checks } = JSON.parse(out) as { checks: { name: string; status: string }[] };
    const of = (name: string) => checks.find((check) => check.name === name)?.status;
    expect([of('database'), of('migrations'), of('clock'), of('artifacts')]).toEqual(['ok', 'ok', 'ok', 'ok']);
  });
});
