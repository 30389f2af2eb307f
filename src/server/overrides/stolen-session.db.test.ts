/** Overrides through the real doors with a session that is stolen, forged, run out, or used by a page of someone else. */
import { encode } from 'next-auth/jwt';
import { describe, expect, it } from 'vitest';
import { SESSION_COOKIE, sessionSettings } from '../access/session-settings';
import { getDb } from '../db/client';
import { call } from '../rest/testing/rest-world';
import { handleTrpc } from '../trpc/handle-trpc';
import { askFor, makeOverrideWorld, makePinned, PIN, REASON, rowOf } from './testing/override-world';

const OWN = { origin: 'http://localhost:3000' };
const FOREIGN = [{}, { origin: 'https://evil.example' }, { origin: 'null' }, { ...OWN, 'sec-fetch-site': 'cross-site' }];

async function asked() {
  const { site, gateway } = await makeOverrideWorld();
  const [operator, supervisor] = [await makePinned('operator', site.id), await makePinned('supervisor', site.id)];
  const { overrideId, requestHash } = await askFor(operator.actor, gateway.id);
  return { gateway, operator, supervisor, overrideId, requestHash };
}

async function write(procedure: string, token: string, input: object, headers: Record<string, string> = OWN) {
  const answer = await handleTrpc(
    new Request(`http://localhost:3000/api/trpc/overrides.${procedure}`, {
      method: 'POST',
      headers: { cookie: `${SESSION_COOKIE}=${token}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ json: input }),
    }),
  );
  const text = await answer.text();
  const code = (JSON.parse(text).error?.json.data.domainCode as string | undefined) ?? 'OK';
  return [answer.status, code] as const;
}

/** The token with one character of its part changed. */
function tampered(token: string, part: number): string {
  const parts = token.split('.');
  const text = parts[part] ?? '';
  const at = Math.floor(text.length / 2);
  parts[part] = `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;
  return parts.join('.');
}

describe('a stolen cookie', () => {
  it('approves nothing without the PIN; each guess is counted, and the sixth is not looked at', async () => {
    const { supervisor, overrideId, requestHash } = await asked();
    const approve = (pin: string) => write('approve', supervisor.sessionToken, { overrideId, requestHash, pin });
    for (let guess = 1; guess <= 5; guess += 1) {
      expect(await approve(`00010${guess}`)).toEqual([403, 'INVALID_PIN']);
      expect(await getDb().user.findUnique({ where: { id: supervisor.userId } })).toMatchObject({ pinAttempts: guess });
    }
    // Locked by now: the right one does not help the thief either.
    expect((await approve(PIN))[0]).toBe(429);
    expect((await rowOf(overrideId)).approvals).toEqual([]);
    expect((await rowOf(overrideId)).state).toBe('requested');
  });

  it('the person’s own session with the PIN approves', async () => {
    const { supervisor, overrideId, requestHash } = await asked();
    expect(await write('approve', supervisor.sessionToken, { overrideId, requestHash, pin: PIN })).toEqual([200, 'OK']);
  });
});

describe('a session that is none', () => {
  const NONE: [string, (token: string, userId: string) => Promise<string> | string][] = [
    ['header changed', (token) => tampered(token, 0)],
    ['vector changed', (token) => tampered(token, 2)],
    ['content changed', (token) => tampered(token, 3)],
    ['tag changed', (token) => tampered(token, 4)],
    ['unsigned', (_token, sub) => `${btoa('{"alg":"none"}')}.${btoa(JSON.stringify({ sub, epoch: 0, startedAtMs: Date.now() }))}.`],
    ['of another key', (_token, sub) => encode({ token: { sub, epoch: 0, startedAtMs: Date.now() }, secret: 'another secret altogether' })],
    [
      'run out',
      (_token, sub) => encode({ token: { sub, epoch: 0, startedAtMs: Date.now() }, secret: sessionSettings().secret, maxAge: -60 }),
    ],
    [
      'older than any session may be',
      (_token, sub) =>
        encode({
          token: { sub, epoch: 0, startedAtMs: Date.now() - sessionSettings().absoluteTimeoutMs - 1 },
          secret: sessionSettings().secret,
        }),
    ],
  ];

  it.each(NONE)('%s: refused at both doors, even with the right PIN, and no guess is counted', async (_what, make) => {
    const { gateway, supervisor, overrideId, requestHash } = await asked();
    const token = await make(supervisor.sessionToken, supervisor.userId);
    expect(await write('approve', token, { overrideId, requestHash, pin: PIN })).toEqual([401, 'UNAUTHENTICATED']);
    expect(await write('revoke', token, { overrideId, reason: '' })).toEqual([401, 'UNAUTHENTICATED']);
    const body = {
      enable: true,
      gateway_id: gateway.id,
      pin: PIN,
      reason: 'never asked by this person',
      duration: 600,
      acknowledge_risks: true,
    };
    const rest = await call('POST', '/safety/override', { headers: { cookie: `${SESSION_COOKIE}=${token}`, ...OWN }, body });
    expect([rest.status, rest.body.code]).toEqual([401, 'UNAUTHENTICATED']);
    expect((await rowOf(overrideId)).state).toBe('requested');
    expect(await getDb().user.findUnique({ where: { id: supervisor.userId } })).toMatchObject({ pinAttempts: 0 });
  });
});

describe('a page of someone else', () => {
  it.each(FOREIGN)('moves no override with the visitor’s cookie: %j', async (headers) => {
    const { gateway, operator, supervisor, overrideId, requestHash } = await asked();
    const { sessionToken } = supervisor;
    const request = { gatewayIds: [gateway.id], constraints: ['disk_space'], durationSeconds: 600, ...REASON };
    const writes: [string, string, object][] = [
      ['request', operator.sessionToken, request],
      ['approve', sessionToken, { overrideId, requestHash, pin: PIN }],
      ['reject', sessionToken, { overrideId, reason: '' }],
      ['withdraw', operator.sessionToken, { overrideId, reason: '' }],
      ['revoke', sessionToken, { overrideId, reason: '' }],
      ['closeReview', sessionToken, { overrideId, text: 'nothing to see here' }],
    ];
    for (const [procedure, token, input] of writes) {
      expect([procedure, ...(await write(procedure, token, input, headers as Record<string, string>))]).toEqual([
        procedure,
        403,
        'FORBIDDEN',
      ]);
    }
    const rest = (body: object) =>
      call('POST', '/safety/override', {
        headers: { cookie: `${SESSION_COOKIE}=${sessionToken}`, ...headers } as Record<string, string>,
        body,
      });
    const enable = {
      enable: true,
      gateway_id: gateway.id,
      pin: PIN,
      reason: 'never asked by this person',
      duration: 600,
      acknowledge_risks: true,
    };
    for (const body of [enable, { enable: false, gateway_id: gateway.id, reason: 'away with it' }]) {
      const { status, body: said } = await rest(body);
      expect([status, said.details]).toEqual([403, { reason: 'cross_origin' }]);
    }
    expect((await rowOf(overrideId)).state).toBe('requested');
    expect(await getDb().overrideRequest.count({ where: { gatewayId: gateway.id } })).toBe(1);
    expect(await getDb().user.findUnique({ where: { id: supervisor.userId } })).toMatchObject({ pinAttempts: 0 });
  });
});
