import fc from 'fast-check';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { beforeAll, expect, test } from 'vitest';
import { COMMAND_JWS_TYP } from '#/protocol/mqtt/commands';
import type { DurableBody } from '#/protocol/mqtt/events';
import { createCommandLog } from '../journal/command-log';
import { EMPTY_JOURNAL, type JournalState } from '../journal/journal-schema';
import { createCommandDesk } from './command-desk';
import type { PinnedKey } from './open-signed';

const NOW_S = 1_800_000_000;
const BODY = { name: 'job.pause', jobId: 'OTA-JOB-1', attempt: 1, reason: 'test' };
type Keys = Awaited<ReturnType<typeof generateKeyPair>>;
let own: Keys;
let foreign: Keys;
let pinned: PinnedKey;

beforeAll(async () => {
  own = await generateKeyPair('EdDSA', { extractable: true });
  foreign = await generateKeyPair('EdDSA', { extractable: true });
  pinned = { ...(await exportJWK(own.publicKey)), kid: 'k1' };
});

type Change = {
  kid?: string;
  typ?: string;
  key?: 'foreign';
  aud?: string;
  iss?: string;
  jti?: string;
  seq?: number;
  nbf?: number;
  exp?: number;
  body?: object;
};

function sign(change: Change = {}): Promise<string> {
  return new SignJWT({ seq: change.seq ?? 1, body: change.body ?? BODY })
    .setProtectedHeader({ alg: 'EdDSA', typ: change.typ ?? COMMAND_JWS_TYP, kid: change.kid ?? 'k1' })
    .setIssuer(change.iss ?? 'fairlead')
    .setAudience(change.aud ?? 'gw1')
    .setJti(change.jti ?? 'c1')
    .setIssuedAt(NOW_S)
    .setNotBefore(change.nbf ?? NOW_S - 60)
    .setExpirationTime(change.exp ?? NOW_S + 60)
    .sign(change.key === 'foreign' ? foreign.privateKey : own.privateKey);
}

/** The desk over a journal that outlives it. */
function world(journal = { state: structuredClone(EMPTY_JOURNAL) as JournalState }) {
  const seen = { handled: 0, unsigned: [] as string[], answers: [] as DurableBody[] };
  const log = createCommandLog(
    () => journal.state,
    async (change) => {
      change(journal.state);
      return journal.state;
    },
  );
  const desk = createCommandDesk({
    gatewayId: 'gw1',
    keys: [pinned],
    clock: { nowMs: () => NOW_S * 1000 },
    log,
    reporter: { durable: async (body) => void seen.answers.push(body) },
    engine: { handle: async () => ({ code: 'OK', message: `done ${++seen.handled}` }) },
    onUnsigned: (code) => seen.unsigned.push(code),
  });
  return { desk, seen, journal };
}

test('a good command is carried out once; the same again carries the first result', async () => {
  const { desk, seen } = world();
  const jws = await sign();
  await Promise.all([desk.receive(jws), desk.receive(jws)]);
  expect(seen.handled).toBe(1);
  expect(seen.answers).toMatchObject([{ code: 'OK' }, { code: 'CMD_REPLAYED', details: { first: { code: 'OK', message: 'done 1' } } }]);
});

test('after a restart the recorded first answer is given again, not a refusal', async () => {
  const before = world();
  await before.desk.receive(await sign());
  const after = world(before.journal);
  await after.desk.receive(await sign());
  expect(after.seen.handled).toBe(0);
  expect(after.seen.answers).toMatchObject([{ code: 'OK', message: 'done 1' }]);
});

test('an older sequence number is a replay', async () => {
  const { desk, seen } = world();
  await desk.receive(await sign({ jti: 'c5', seq: 5 }));
  await desk.receive(await sign({ jti: 'c4', seq: 4 }));
  expect(seen.handled).toBe(1);
  expect(seen.answers.at(-1)).toMatchObject({ commandId: 'c4', code: 'CMD_REPLAYED' });
});

/** A command that is known, with an operation that this agent may not know. */
const ORDER = { jobId: 'OTA-JOB-1', attempt: 1, strategy: 'seamless', reason: 'test' };
const RECOVERY = { name: 'recovery.start', ...ORDER, notBeforeAt: null, windowEndsAt: null };

test.each<[string, Change]>([
  ['CMD_WRONG_GATEWAY', { aud: 'gw2' }],
  ['CMD_EXPIRED', { exp: NOW_S - 31 }],
  ['CMD_NOT_YET_VALID', { nbf: NOW_S + 31 }],
  ['CMD_UNKNOWN', { body: { name: 'job.dance' } }],
  ['CMD_UNKNOWN', { body: { ...RECOVERY, recovery: { operation: 'of_later' } } }],
])('signed but refused: %s', async (code, change) => {
  const { desk, seen } = world();
  await desk.receive(await sign(change));
  expect(seen).toMatchObject({ handled: 0, unsigned: [], answers: [{ commandId: 'c1', code }] });
});

test.each<[string, Change]>([
  ['CMD_SIGNATURE_INVALID', { key: 'foreign' }],
  ['CMD_UNKNOWN_KEY', { kid: 'k2' }],
  ['CMD_MALFORMED', { typ: 'JWT' }],
  ['CMD_MALFORMED', { iss: 'someone' }],
])('not vouched for, not answered: %s %o', async (code, change) => {
  const { desk, seen } = world();
  await desk.receive(await sign(change));
  expect(seen).toMatchObject({ handled: 0, unsigned: [code], answers: [] });
});

test('alg none is refused', async () => {
  const { desk, seen } = world();
  const [, payload] = (await sign()).split('.');
  const header = Buffer.from(JSON.stringify({ alg: 'none', typ: COMMAND_JWS_TYP, kid: 'k1' })).toString('base64url');
  await desk.receive(`${header}.${payload}.`);
  expect(seen).toMatchObject({ handled: 0, unsigned: ['CMD_SIGNATURE_INVALID'], answers: [] });
});

test('no truncated or altered command is carried out', async () => {
  const jws = await sign();
  const property = fc.asyncProperty(fc.nat(jws.length - 1), fc.boolean(), fc.integer({ min: 33, max: 126 }), async (at, cut, byte) => {
    const altered = cut ? jws.slice(0, at) : jws.slice(0, at) + String.fromCharCode(byte) + jws.slice(at + 1);
    fc.pre(!sameBytes(altered, jws));
    const { desk, seen } = world();
    await desk.receive(altered);
    expect(seen.handled).toBe(0);
  });
  await fc.assert(property, { numRuns: 300 });
});

/** The last characters of base64url carry unused bits: another text may be the same signature. */
const sameBytes = (a: string, b: string) => {
  const decode = (jws: string) => jws.split('.').map((part) => Buffer.from(part, 'base64url').toString('hex'));
  return decode(a).join('.') === decode(b).join('.');
};
