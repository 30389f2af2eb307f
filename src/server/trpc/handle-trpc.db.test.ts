import { describe, expect, it } from 'vitest';
import { SESSION_COOKIE } from '../access/session-settings';
import { getDb } from '../db/client';
import { makePerson } from '../testing/fleet-rows';
import { handleTrpc } from './handle-trpc';

const person = await makePerson('viewer');
const cookie = `${SESSION_COOKIE}=${person.sessionToken}`;
const OWN = { origin: 'http://localhost:3000' };

async function ask(path: string, init: RequestInit & { headers?: Record<string, string> } = {}) {
  const headers = { cookie, 'content-type': 'application/json', ...init.headers };
  const answer = await handleTrpc(new Request(`http://localhost:3000/api/trpc/${path}`, { ...init, headers }));
  const text = await answer.text();
  return {
    status: answer.status,
    text,
    error: JSON.parse(text).error?.json as { message: string; data: { domainCode: string } } | undefined,
  };
}
const create = (name: string, headers: Record<string, string>) =>
  ask('account.createToken', { method: 'POST', headers, body: JSON.stringify({ json: { name } }) });
const tokensNamed = (name: string) => getDb().apiToken.count({ where: { userId: person.userId, name } });

describe('a write by a cookie', () => {
  it.each([
    [OWN],
    [{ 'sec-fetch-site': 'same-origin' }],
    [{ origin: 'https://fleet.example', host: 'fleet.example', 'sec-fetch-site': 'same-origin' }],
  ])('from a page of this server: %j', async (headers) => {
    const name = JSON.stringify(headers).slice(0, 60);
    expect((await create(name, headers)).status).toBe(200);
    expect(await tokensNamed(name)).toBe(1);
  });

  it.each([
    [{}],
    [{ origin: 'https://evil.example' }],
    [{ origin: 'null' }],
    [{ ...OWN, 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site' }],
  ])('from elsewhere is refused and does nothing: %j', async (headers) => {
    const name = `foreign ${JSON.stringify(headers).slice(0, 50)}`;
    const { status, error } = await create(name, headers);
    expect([status, error?.data.domainCode]).toEqual([403, 'FORBIDDEN']);
    expect(await tokensNamed(name)).toBe(0);
  });

  it('reads need no origin', async () => expect((await ask('sites.list')).status).toBe(200));
});

describe('input that cannot be read is a bad request, not our fault', () => {
  it.each(['{', 'nonsense', '{"json":', 'null'])('?input=%s', async (input) => {
    const { status, error, text } = await ask(`gateways.byId?input=${encodeURIComponent(input)}`);
    expect([status, error?.data.domainCode]).toEqual([400, 'VALIDATION_FAILED']);
    expect(text).not.toMatch(/JSON at position|node_modules|SyntaxError/);
  });

  it.each(['5', '{}', '{"json":{}}'])('?input=%s is JSON, but not an input', async (input) => {
    expect((await ask(`gateways.byId?input=${encodeURIComponent(input)}`)).status).toBe(400);
  });

  it('a body likewise', async () => {
    expect((await ask('account.createToken', { method: 'POST', headers: OWN, body: '{"json":' })).status).toBe(400);
  });

  it('one broken call of a batch', async () => {
    const answer = await ask(`gateways.byId,sites.list?batch=1&input=${encodeURIComponent('{"0":')}`);
    expect(answer.status).toBe(400);
  });
});
