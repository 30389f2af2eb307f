/** Rows and requests for the tests of the REST door. Every answer is checked against the schema that its route declares. */
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { Role } from '#/domain/access/roles';
import { errorBodySchema } from '#/protocol/rest/error';
import { generateToken } from '../../access/token-secret';
import { getDb } from '../../db/client';
import { versionSortKey } from '#/domain/releases/version';
import { handleRest, REST_PREFIXES } from '../handle-rest';
import { ROUTES } from '../route-table';

const MB = 1_000_000;

export type Body = Record<string, unknown>;
export type Called = { status: number; body: Body; headers: Headers; response: Response };
export type CallOptions = { token?: string | undefined; body?: unknown; headers?: Record<string, string>; ip?: string; method?: string };

/** Sends a request; the answer has to fit the route's own schema, or that of errors. */
export async function call(method: 'GET' | 'POST', path: string, options: CallOptions = {}): Promise<Called> {
  const url = path.startsWith('/v1/') || path.startsWith('/cloud-integration') ? path : `${REST_PREFIXES[0]}${path}`;
  const headers: Record<string, string> = { ...options.headers };
  if (options.token) headers.authorization = `Bearer ${options.token}`;
  const init: RequestInit = { method: options.method ?? method, headers };
  if (options.body !== undefined) {
    headers['content-type'] ??= 'application/json';
    init.body = typeof options.body === 'string' ? options.body : JSON.stringify(options.body);
  }
  const response = await handleRest(new Request(`http://localhost:3000${url}`, init), { ip: options.ip ?? '127.0.0.1' });
  const isJson = response.headers.get('content-type')?.includes('json') ?? true;
  // Bytes are the test's own to look at.
  const text = isJson ? await response.text() : '';
  const body = (text === '' ? {} : JSON.parse(text)) as Called['body'];
  expect(response.headers.get('x-request-id')).toBeTruthy();
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  expect(response.headers.get('cache-control')).toBe('no-store');
  if (text !== '') checkShape(method, url, response, body);
  return { status: response.status, body, headers: response.headers, response };
}

function checkShape(method: string, url: string, response: Response, body: Body): void {
  if (!response.ok) {
    errorBodySchema.parse(body);
    expect(body.request_id).toBe(response.headers.get('x-request-id'));
    return;
  }
  const path = new URL(url, 'http://localhost').pathname.replace(/^(\/v1)?\/cloud-integration/, '');
  const route = ROUTES.find((one) => one.method === method && new RegExp(`^${one.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(path));
  if (!route) throw new Error(`no route ${method} ${path}`);
  route.response.parse(body);
}

export type World = Awaited<ReturnType<typeof makeWorld>>;

/** One site with one gateway that runs v1.0.0 on A, and a release v1.1.0 on offer to it alone. */
export async function makeWorld() {
  const db = getDb();
  const tag = randomUUID().slice(0, 8);
  const hardwareRevision = `hw-${tag}`;
  const site = await db.site.create({ data: { code: tag.toUpperCase(), name: `Site ${tag}`, timezone: 'Europe/Amsterdam' } });
  const crane = await db.crane.create({ data: { siteId: site.id, name: `C-${tag}`, kind: 'sts' } });
  const gateway = await db.gateway.create({
    data: {
      name: `GW-${tag}`,
      siteId: site.id,
      craneId: crane.id,
      model: 'FG-200',
      serialNumber: `SN-${tag}`,
      hardwareRevision,
      activeSlot: 'A',
      activeVersion: 'v1.0.0',
      connected: true,
      status: 'online',
      networkStatus: 'connected',
      lastSeenAt: new Date(),
      slots: {
        create: [
          { id: 'A', version: 'v1.0.0', status: 'healthy', bootCount: 1, sizeBytes: 512 * MB, usedBytes: 300 * MB },
          { id: 'B', version: 'v0.9.0', status: 'ready', sizeBytes: 512 * MB, usedBytes: 290 * MB },
        ],
      },
      vitals: {
        create: {
          cpuPercent: 12.34,
          memoryPercent: 40,
          diskPercent: 50,
          temperatureC: 45.5,
          uptimeSeconds: 1_653_120,
          memoryFreeBytes: 2000 * MB,
          diskFreeBytes: 20_000 * MB,
          sampledAt: new Date(),
          receivedAt: new Date(),
        },
      },
    },
  });
  const release = await publish(`v1.1.0-t.${tag}`, [hardwareRevision]);
  return { tag, site, gateway, release, ...(await tokensOf(site.id)) };
}

/** A published release of 452 MB that fits some hardware only. */
export async function publish(version: string, hardware: string[], changes: { channel?: string; prerequisites?: string[] } = {}) {
  const sha256 = randomUUID().replaceAll('-', '').repeat(2);
  await getDb().artifact.create({ data: { sha256, sizeBytes: BigInt(452 * MB) } });
  return getDb().release.create({
    data: {
      version,
      versionSortKey: versionSortKey(version),
      channel: 'stable',
      type: 'security',
      severity: 'high',
      description: 'Closes a hole',
      changelog: ['closes a hole'],
      hardware,
      signature: 'verified',
      artifactSha256: sha256,
      releasedAt: new Date('2026-03-15T00:00:00Z'),
      ...changes,
    },
  });
}

async function tokensOf(siteId: string) {
  return {
    viewer: await tokenOf('viewer', siteId),
    operator: await tokenOf('operator', siteId),
    supervisor: await tokenOf('supervisor', siteId),
  };
}

/** A person with a role at a site and a token; returns the token. */
export async function tokenOf(
  role: Role,
  siteId: string | null,
  token: { role?: Role; gatewayId?: string; expiresAt?: Date; revokedAt?: Date } = {},
): Promise<string> {
  const secret = generateToken();
  await getDb().user.create({
    data: {
      email: `${randomUUID()}@test.example`,
      name: 'Test',
      passwordHash: 'x',
      roles: { create: { role, siteId } },
      tokens: { create: { name: 'test', prefix: secret.prefix, tokenHash: secret.tokenHash, ...token } },
    },
  });
  return secret.token;
}

/** Fresh signals of a crane that stands still, or moves. */
export async function putSignals(gatewayId: string, moving = false): Promise<void> {
  const now = new Date();
  // A clock ahead of the server's, as far as is taken from one: what a busy machine does with them later is still in time.
  const sampledAt = new Date(now.getTime() + 10_000);
  const longAgo = new Date(now.getTime() - 3_600_000);
  const values = {
    crane_motion: { moving, loadSuspended: false, sourcesDisagree: false, lastMovementAt: (moving ? now : longAgo).toISOString() },
    acs_collision: { distanceM: 40, zone: 'clear', fault: false },
    ups_battery: { levelPercent: 95, onBattery: false, runtimeSeconds: 3600 },
    network_connectivity: { rttMs: 20, lossPercent: 0, sessionAgeMs: 200 },
    disk_space: { freeBytes: 20_000 * MB, totalBytes: 64_000 * MB },
  };
  for (const [constraint, value] of Object.entries(values)) {
    const row = { value, source: 'test', sampledAt, receivedAt: now, clearSinceAt: longAgo };
    await getDb().safetySignal.upsert({
      where: { gatewayId_constraint: { gatewayId, constraint } },
      create: { gatewayId, constraint, ...row },
      update: row,
    });
  }
}
