import { randomUUID } from 'node:crypto';
import { encode } from 'next-auth/jwt';
import { beforeAll, describe, expect, it } from 'vitest';
import { SESSION_COOKIE } from '../access/session-settings';
import { hashToken } from '../access/token-secret';
import { getEnv } from '../config/env';
import { getDb } from '../db/client';
import { FAILURES_PER_MINUTE, spendRequest } from './rate-limit';
import { call, makeWorld, tokenOf, type World } from './testing/rest-world';

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});

/** An address of its own for each test that fails on purpose: failures have a budget per address. */
const freshIp = () => `2001:db8:${randomUUID().slice(0, 4)}:${randomUUID().slice(0, 4)}::1`;
const status = (token?: string) => call('GET', '/gateway/status', { token, ip: freshIp() });

describe('who may call', () => {
  it('nobody without a token; the answer says how', async () => {
    const answer = await status();
    expect([answer.status, answer.body.code]).toEqual([401, 'UNAUTHENTICATED']);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="fairlead"');
  });

  it.each([
    ['unknown', async () => `flt_${randomUUID()}`],
    ['revoked', () => tokenOf('operator', world.site.id, { revokedAt: new Date() })],
    ['expired', () => tokenOf('operator', world.site.id, { expiresAt: new Date(Date.now() - 1000) })],
  ])('not with a token that is %s', async (_name, make) => {
    const answer = await status(await make());
    expect([answer.status, answer.body.code]).toEqual([401, 'UNAUTHENTICATED']);
    expect(answer.headers.get('www-authenticate')).toContain('invalid_token');
  });

  it('not when the person is disabled', async () => {
    const token = await tokenOf('operator', world.site.id);
    expect((await status(token)).status).toBe(200);
    const row = await getDb().apiToken.findUniqueOrThrow({ where: { tokenHash: hashToken(token) } });
    expect(row.lastUsedAt).not.toBeNull();
    await getDb().user.update({ where: { id: row.userId }, data: { disabledAt: new Date() } });
    expect((await status(token)).status).toBe(401);
  });

  it("a token's role caps what its person may do", async () => {
    const token = await tokenOf('supervisor', world.site.id, { role: 'viewer' });
    expect((await status(token)).status).toBe(200);
    expect((await call('POST', '/settings/update', { token, body: {} })).body.code).toBe('FORBIDDEN');
  });

  it('every route but the description asks for authentication', async () => {
    const { ROUTES } = await import('./route-table');
    for (const route of ROUTES.filter((one) => one.permission !== 'public')) {
      const answer = await call(route.method, route.path, { ip: freshIp(), ...(route.body ? { body: {} } : {}) });
      expect(answer.status, route.path).toBe(401);
    }
  });
});

describe('a browser session', () => {
  let cookie = '';
  beforeAll(async () => {
    const user = await getDb().user.create({
      data: {
        email: `${randomUUID()}@test.example`,
        name: 'Test',
        passwordHash: 'x',
        roles: { create: { role: 'supervisor', siteId: world.site.id } },
      },
    });
    const token = await encode({ token: { sub: user.id, epoch: 0, startedAtMs: Date.now() }, secret: getEnv().FAIRLEAD_SECRET });
    cookie = `${SESSION_COOKIE}=${token}`;
  });
  const write = (headers: Record<string, string>) => call('POST', '/settings/update', { headers: { cookie, ...headers }, body: {} });

  it.each(['%', '%E0%A4%A', 'x', ''])('is none when its cookie is "%s"', async (value) => {
    const answer = await call('GET', '/settings', { headers: { cookie: `${SESSION_COOKIE}=${value}` }, ip: freshIp() });
    expect([answer.status, answer.body.code]).toEqual([401, 'UNAUTHENTICATED']);
  });

  it('may read', async () => {
    expect((await call('GET', '/settings', { headers: { cookie } })).status).toBe(200);
  });

  it.each([
    [{ origin: 'http://localhost:3000' }],
    [{ 'sec-fetch-site': 'same-origin' }],
    [{ origin: 'https://fleet.example', host: 'fleet.example', 'sec-fetch-site': 'same-origin' }],
  ])('may write from a page of this server: %j', async (headers) => expect((await write(headers)).status).toBe(200));

  it.each([
    [{}],
    [{ origin: 'https://evil.example' }],
    [{ origin: 'null' }],
    [{ origin: 'http://localhost:3000', 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site' }],
  ])('may not write from elsewhere: %j', async (headers) => {
    const answer = await write(headers);
    expect([answer.status, answer.body.code, answer.body.details]).toEqual([403, 'FORBIDDEN', { reason: 'cross_origin' }]);
  });

  it('does not save a bad bearer token', async () => {
    const answer = await call('GET', '/settings', { headers: { cookie }, token: 'flt_wrong', ip: freshIp() });
    expect(answer.status).toBe(401);
  });
});

describe('which gateway', () => {
  it('query, body, header, the bound one, the only one, by id and by name', async () => {
    const other = await makeWorld();
    const all = await tokenOf('admin', null);
    const nameOf = async (path: string, headers: Record<string, string> = {}, token = all) =>
      ((await call('GET', path, { token, headers })).body.gateway as { name: string } | undefined)?.name;
    expect(await nameOf(`/gateway/status?gateway_id=${world.gateway.id}`)).toBe(world.gateway.name);
    expect(await nameOf(`/gateway/status?gateway_id=${world.gateway.name}`)).toBe(world.gateway.name);
    expect(await nameOf('/gateway/status', { 'x-gateway-id': other.gateway.id.toUpperCase() })).toBe(other.gateway.name);
    expect(await nameOf(`/gateway/status?gateway_id=${world.gateway.id}`, { 'x-gateway-id': other.gateway.id })).toBe(world.gateway.name);
    const bound = await tokenOf('admin', null, { gatewayId: other.gateway.id });
    expect(await nameOf('/gateway/status', {}, bound)).toBe(other.gateway.name);
    expect(await nameOf('/gateway/status', {}, world.viewer)).toBe(world.gateway.name);
    const posted = await call('POST', '/settings/update', { token: all, body: { gateway_id: world.gateway.name } });
    expect(posted.status).toBe(200);
  });

  it('without one: the first 20 ids', async () => {
    await makeWorld();
    const { status: code, body } = await call('GET', '/jobs', { token: await tokenOf('admin', null) });
    expect([code, body.code]).toEqual([400, 'GATEWAY_REQUIRED']);
    const { gateway_ids } = body.details as unknown as { gateway_ids: string[] };
    expect(gateway_ids.length).toBeGreaterThan(1);
    expect(gateway_ids.length).toBeLessThanOrEqual(20);
  });

  it.each([
    ['of another site', async () => (await makeWorld()).gateway.id],
    ['that does not exist', async () => randomUUID()],
    ['of no sense', async () => 'x\u0001'],
  ])('one %s does not exist', async (_name, make) => {
    const { status: code, body } = await call('GET', `/gateway/status?gateway_id=${encodeURIComponent(await make())}`, {
      token: world.viewer,
    });
    expect([code, body.code]).toEqual([404, 'GATEWAY_NOT_FOUND']);
  });

  it('a bound token sees no other gateway', async () => {
    const token = await tokenOf('admin', null, { gatewayId: world.gateway.id });
    const other = await makeWorld();
    const { status: code, body } = await call('GET', `/gateway/status?gateway_id=${other.gateway.id}`, { token });
    expect([code, body.code]).toEqual([404, 'GATEWAY_NOT_FOUND']);
  });
});

describe('what is no request of the contract', () => {
  const post = (options: { body?: unknown; headers?: Record<string, string> }) =>
    call('POST', '/jobs/cancel', { token: world.operator, ...options });

  it.each(['/nothing', '/', '/recovery'])('there is nothing at %s', async (path) => {
    const { status: code, body } = await call('GET', path, { token: world.viewer });
    expect([code, body.code]).toEqual([404, 'NOT_FOUND']);
  });

  it('the wrong method is told the right one', async () => {
    const { status: code, body, headers } = await call('POST', '/gateway/status', { token: world.viewer, body: {} });
    expect([code, body.code, headers.get('allow')]).toEqual([405, 'METHOD_NOT_ALLOWED', 'GET, HEAD, OPTIONS']);
  });

  it.each([
    ['wrong type', { job_id: 7, reason: 'x' }, ['job_id']],
    ['missing', {}, ['job_id', 'reason']],
    ['too long', { job_id: 'j', reason: 'x'.repeat(501) }, ['reason']],
    ['a character that the database refuses', { job_id: 'a\u0000b', reason: 'x' }, ['job_id']],
    ['half a character', { job_id: 'a', reason: '\ud800' }, ['reason']],
    ['not JSON', '{"job_id":', ['']],
    ['nested deeply', '['.repeat(200_000), ['']],
  ])('%s names the fields', async (_name, body, paths) => {
    const answer = await post({ body });
    expect([answer.status, answer.body.code]).toEqual([400, 'VALIDATION_FAILED']);
    const { fields } = answer.body.details as unknown as { fields: { path: string }[] };
    expect(fields.map((field) => field.path)).toEqual(paths);
  });

  it('a parameter that is given twice', async () => {
    const { body } = await call('GET', '/jobs?limit=20&limit=30', { token: world.viewer });
    expect(body).toMatchObject({ code: 'VALIDATION_FAILED', details: { fields: [{ path: 'limit' }] } });
  });

  it('a body that is no JSON by its type', async () => {
    const { status: code, body } = await post({ body: 'job_id=1', headers: { 'content-type': 'application/x-www-form-urlencoded' } });
    expect([code, body.code]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
  });

  it('a body that is too large is not read to its end', async () => {
    const declared = await post({ body: 'x'.repeat(1_048_577) });
    expect([declared.status, declared.body.code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    const { handleRest } = await import('./handle-rest');
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 65_536;
        controller.enqueue(new Uint8Array(65_536).fill(32));
      },
    });
    const init = {
      method: 'POST',
      headers: { authorization: `Bearer ${world.operator}`, 'content-type': 'application/json' },
      body: endless,
      duplex: 'half',
    };
    const response = await handleRest(new Request('http://localhost:3000/cloud-integration/jobs/cancel', init), { ip: null });
    expect(response.status).toBe(413);
    expect(sent).toBeLessThan(2_000_000);
  });

  it('a sane request id comes back, another is replaced', async () => {
    const sent = await call('GET', '/nothing', { headers: { 'x-request-id': 'my-id.1' } });
    expect(sent.body.request_id).toBe('my-id.1');
    const odd = await call('GET', '/nothing', { headers: { 'x-request-id': 'a b<script>' } });
    expect(odd.body.request_id).toMatch(/^req_[0-9a-f]{18}$/);
  });
});

describe('rate limits', () => {
  it('tell what is left; then Retry-After', async () => {
    const token = await tokenOf('viewer', world.site.id);
    const first = await status(token);
    const limit = getEnv().RATE_LIMIT_PER_MINUTE;
    expect([first.headers.get('ratelimit-limit'), first.headers.get('ratelimit-remaining')]).toEqual([String(limit), String(limit - 1)]);
    const { id } = await getDb().apiToken.findUniqueOrThrow({ where: { tokenHash: hashToken(token) } });
    for (let spent = 1; spent < limit; spent += 1) await spendRequest(`token:${id}`);
    const refused = await status(token);
    expect([refused.status, refused.body.code]).toEqual([429, 'RATE_LIMITED']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    // Another caller has a budget of its own.
    expect((await status(world.viewer)).status).toBe(200);
  });

  it('failures from one network have a smaller one', async () => {
    const ip = freshIp();
    const codes = new Set<number>();
    for (let n = 0; n <= FAILURES_PER_MINUTE; n += 1) codes.add((await call('GET', '/gateway/status', { token: 'flt_guess', ip })).status);
    expect([...codes]).toEqual([401, 429]);
  });
});
