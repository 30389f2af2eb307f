import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage, type RequestListener } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { makePerson } from '#/server/testing/fleet-rows';
import { createWebServer, listen, type WebServer } from './http-server';
import { createRouter } from './route-request';
import { createUpgrades } from './route-upgrade';

type Seen = { headers: IncomingMessage['headers']; raw: string[]; restIp?: string | null };
type Running = { base: string; web: WebServer; close(): Promise<void>; seen: Seen[] };

const running: Running[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) await one.close();
});

async function start(options: { trustProxy?: boolean; page?: RequestListener } = {}): Promise<Running> {
  const seen: Seen[] = [];
  let closing = false;
  const pages = {
    dev: false,
    upgrade: null,
    handle: async (...[request, response]: Parameters<RequestListener>) => {
      seen.push({ headers: request.headers, raw: request.rawHeaders });
      if (options.page) await options.page(request, response);
      else response.end('page');
    },
  };
  const rest = async (request: Request, peer: { ip: string | null }) => {
    seen.push({ headers: Object.fromEntries(request.headers), raw: [], restIp: peer.ip });
    return Response.json({ path: new URL(request.url).pathname, body: await request.text() });
  };
  const uploads = async (request: Request) => new Response(`upload ${request.method} ${(await request.text()).length}`);
  const trustProxy = options.trustProxy ?? false;
  const upgrades = createUpgrades({ pages, publicUrl: 'http://localhost', trustProxy });
  const web = createWebServer(
    createRouter({ rest, uploads, pages, trustProxy, overTls: false, mqttUrl: 'mqtt://b', isClosing: () => closing }),
    upgrades.handle,
  );
  const port = await listen(web.server, 0, '127.0.0.1');
  const close = async () => {
    closing = true;
    await Promise.all([upgrades.close(), web.close()]);
  };
  const one = { base: `http://127.0.0.1:${port}`, web, close, seen };
  running.push(one);
  return one;
}

describe('what every request gets', () => {
  it.each(['/gateways/%zz', 'http://evil.example/x', '*'])('an answer, even to the address %s', async (path) => {
    const { base, seen } = await start();
    const request = httpRequest(base, { path }).end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.resume();
    expect([response.statusCode, response.headers.location, seen]).toEqual([400, undefined, []]);
  });

  it('nobody can forge the address it comes from, nor where it was sent to', async () => {
    const { base, seen } = await start();
    const headers = { 'X-Forwarded-For': '6.6.6.6', 'X-Forwarded-Host': 'evil.example', Forwarded: 'for=6.6.6.6', 'X-Real-IP': '6.6.6.6' };
    await fetch(`${base}/x`, { headers });
    await fetch(`${base}/v1/cloud-integration/x`, { headers });
    for (const { headers: got, raw } of seen) {
      expect(got).toMatchObject({ 'x-forwarded-for': '127.0.0.1' });
      expect(got).not.toHaveProperty('x-forwarded-host');
      expect(JSON.stringify([got, raw])).not.toMatch(/6\.6\.6\.6|evil/);
    }
    expect(seen[1]?.restIp).toBe('127.0.0.1');
  });

  it('behind a proxy only the address that the proxy itself has seen counts', async () => {
    const { base, seen } = await start({ trustProxy: true });
    await fetch(`${base}/v1/cloud-integration/x`, { headers: { 'X-Forwarded-For': '6.6.6.6, 10.0.0.7' } });
    expect(seen[0]).toMatchObject({ restIp: '10.0.0.7', headers: { 'x-forwarded-for': '10.0.0.7' } });
  });

  it('a request id that is kept when it is one, and a fresh one otherwise', async () => {
    const { base } = await start();
    const idOf = async (id: string) => (await fetch(base, { headers: { 'X-Request-ID': id } })).headers.get('x-request-id');
    expect(await idOf('req_abc-1')).toBe('req_abc-1');
    expect(await idOf('a b"c')).toMatch(/^req_[0-9a-f-]{36}$/);
  });

  it('a page gets a policy with a nonce of its own, which a client cannot choose', async () => {
    const { base, seen } = await start();
    const policies = [];
    for (const _ of [1, 2]) {
      const response = await fetch(base, { headers: { 'Content-Security-Policy': "script-src 'nonce-mine'" } });
      policies.push(response.headers.get('content-security-policy'));
    }
    expect(policies[0]).toMatch(/script-src 'self' 'nonce-[A-Za-z0-9+/]{22}=='.*frame-ancestors 'none'/);
    expect(policies[0]).not.toBe(policies[1]);
    expect(seen.map(({ headers }) => headers['content-security-policy'])).toEqual(policies);
  });
});

describe('doors', () => {
  it('both prefixes lead to REST with the body, devices to theirs, the rest to pages', async () => {
    const { base } = await start();
    for (const prefix of ['/v1/cloud-integration', '/cloud-integration']) {
      const response = await fetch(`${base}${prefix}/a?b=1`, { method: 'POST', body: 'hello' });
      expect(await response.json()).toEqual({ path: `${prefix}/a`, body: 'hello' });
    }
    expect((await fetch(`${base}/device/v1/nothing`)).status).toBe(404);
    expect((await fetch(`${base}/device/v1/enroll`)).headers.get('allow')).toBe('POST');
    expect(await (await fetch(`${base}/cloud-integration-not`)).text()).toBe('page');
    for (const path of ['/uploads', '/uploads/1'])
      expect(await (await fetch(`${base}${path}`, { method: 'PATCH', body: 'x'.repeat(11_000_000) })).text()).toBe('upload PATCH 11000000');
    expect(await (await fetch(`${base}/uploads`)).text()).toBe('page');
    expect(await (await fetch(`${base}/healthz`)).json()).toEqual({ status: 'alive' });
    expect(await (await fetch(`${base}/readyz`)).json()).toEqual({
      status: 'ready',
      fleet_link: expect.objectContaining({ controller: expect.any(String), broker: expect.any(String) }),
    });
  });

  it('an enrolment that is too large or no JSON is refused before anything is done', async () => {
    const { base } = await start();
    const post = async (body: string) => (await fetch(`${base}/device/v1/enroll`, { method: 'POST', body })).status;
    expect([await post('x'.repeat(16 * 1024 + 1)), await post('{'), await post('{}')]).toEqual([413, 400, 400]);
  });

  it('a page that fails is a plain 500 without a word about why', async () => {
    const { base } = await start({
      page: () => {
        throw new Error('secret detail');
      },
    });
    const response = await fetch(base);
    const body = await response.text();
    expect([response.status, JSON.parse(body).code]).toEqual([500, 'INTERNAL']);
    expect(body).not.toContain('secret');
  });

  it('upgrades lead to the WebSocket under both prefixes, and nowhere else', async () => {
    const { base } = await start();
    const { token } = await makePerson('viewer');
    const headers = { authorization: `Bearer ${token}` };
    for (const prefix of ['/v1/cloud-integration', '/cloud-integration']) {
      const socket = new WebSocket(`${base.replace('http', 'ws')}${prefix}/ws/updates`, { headers });
      await once(socket, 'open');
      socket.close();
    }
    const other = new WebSocket(`${base.replace('http', 'ws')}/_next/webpack-hmr`, { headers });
    const [, response] = (await once(other, 'unexpected-response')) as [unknown, IncomingMessage];
    expect(response.statusCode).toBe(404);
  });
});

describe('beginning and end', () => {
  it('a taken port is one sentence that names the port and the variable', async () => {
    const { base } = await start();
    const { web } = await start();
    const port = Number(new URL(base).port);
    const second = createWebServer(
      () => undefined,
      () => undefined,
    );
    await expect(listen(second.server, port, '127.0.0.1')).rejects.toThrow(
      `Port ${port} is in use by another program: set PORT to a free one`,
    );
    expect(web.server.listening).toBe(true);
  });

  it('closing ends WebSockets with 1001 and streams at once, and lets a request finish', async () => {
    let finish: () => void = () => undefined;
    const one = await start({
      page: (request, response) => {
        if (request.url === '/events') response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(': hello\n\n');
        else finish = () => response.end('finished');
      },
    });
    const { token } = await makePerson('viewer');
    const socket = new WebSocket(`${one.base.replace('http', 'ws')}/cloud-integration/ws/updates`, {
      headers: { authorization: `Bearer ${token}` },
    });
    await once(socket, 'open');
    const ended = once(socket, 'close');
    const [events] = (await once(httpRequest(`${one.base}/events`).end(), 'response')) as [IncomingMessage];
    const eventsEnded = once(events.resume(), 'close').catch(() => 'cut');
    const slow = fetch(`${one.base}/slow`);
    while (one.seen.length < 2) await new Promise((resolve) => setImmediate(resolve));
    const closed = one.close();
    expect((await ended)[0]).toBe(1001);
    await eventsEnded;
    finish();
    expect(await (await slow).text()).toBe('finished');
    await closed;
    await expect(fetch(one.base)).rejects.toThrow();
  });
});
