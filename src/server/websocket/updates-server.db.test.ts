import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClientOptions } from 'ws';
import { SESSION_COOKIE } from '../access/session-settings';
import { getDb, getPool } from '../db/client';
import { type LiveProgress, PROGRESS_CHANNEL } from '../db/hint';
import { makeGateway, makePerson, makeSite } from '../testing/fleet-rows';
import { type Place, says, tell, tellIn } from '../testing/tell';
import { startUpdates, type UpdatesUnderTest, UpdatesSocket } from '../testing/updates-socket';
import { until } from '../testing/until';
import { messageId } from './message-id';

let server: UpdatesUnderTest;
/** Looks often at who is connected: a test process that stands still for that long is cut off, so only where it is about that. */
let brisk: UpdatesUnderTest;
let place: Place & { name: string };
let other: Place;
let token = '';
const open: UpdatesSocket[] = [];

beforeAll(async () => {
  [server, brisk] = await Promise.all([startUpdates(), startUpdates({ heartbeatMs: 2000 })]);
  place = await makeGateway();
  other = await makeGateway();
  token = (await makePerson('viewer')).token;
});
afterAll(async () => {
  for (const socket of open) socket.close();
  await Promise.all([server.close(), brisk.close()]);
});

function connect(
  query = '',
  options: ClientOptions = { headers: { authorization: `Bearer ${token}` } },
  protocols: string[] = [],
  at = server,
): UpdatesSocket {
  const socket = new UpdatesSocket(`${at.url}${query}`, options, protocols);
  open.push(socket);
  return socket;
}

async function listening(query = '', bearer = token, at = server): Promise<UpdatesSocket> {
  const socket = connect(query, { headers: { authorization: `Bearer ${bearer}` } }, [], at);
  expect(await socket.outcome).toBe('open');
  // The first event that arrives proves that the server has finished letting it in.
  await until(async () => {
    await tell(place, 'knock');
    return socket.messages.length > 0 || socket.socket.readyState > 1;
  });
  return socket;
}

function notify(where: Place, over: Partial<LiveProgress>): Promise<unknown> {
  const progress = {
    j: `OTA-JOB-${randomUUID()}`,
    g: where.id,
    s: where.siteId,
    st: 'downloading',
    p: 1,
    b: 1,
    t: 2,
    v: 1,
    q: 1,
    at: Date.now(),
    ...over,
  };
  return getPool().query('SELECT pg_notify($1, $2)', [PROGRESS_CHANNEL, JSON.stringify([progress])]);
}

describe('who may connect', () => {
  it('takes a bearer header, and a token as subprotocol, of which it echoes one that was offered', async () => {
    expect(await connect().outcome).toBe('open');
    const alone = connect('', {}, [`bearer.${token}`]);
    expect([await alone.outcome, alone.socket.protocol]).toEqual(['open', `bearer.${token}`]);
    const beside = connect('', {}, [`bearer.${token}`, 'fairlead']);
    expect([await beside.outcome, beside.socket.protocol]).toEqual(['open', 'fairlead']);
  });

  it('takes a session from pages of this server only', async () => {
    const { sessionToken } = await makePerson('viewer');
    const cookie = `${SESSION_COOKIE}=${sessionToken}`;
    const own = new URL(server.url).host;
    const outcomes = [];
    for (const origin of [`http://${own}`, 'https://fairlead.example', 'https://evil.example', 'null', undefined]) {
      outcomes.push(await connect('', { headers: { cookie }, ...(origin === undefined ? {} : { origin }) }).outcome);
    }
    expect(outcomes).toEqual(['open', 'open', 403, 403, 403]);
  });

  it('refuses who it does not know, and what does not exist, before the upgrade', async () => {
    expect(await connect('', {}).outcome).toBe(401);
    expect(await connect('', { headers: { authorization: 'Bearer flt_wrong' } }).outcome).toBe(401);
    expect(await connect('', { headers: { authorization: `Basic ${token}` } }).outcome).toBe(401);
    expect(await connect('', {}, ['bearer.flt_wrong']).outcome).toBe(401);
    expect(await connect(`?gateway_id=${randomUUID()}`).outcome).toBe(404);
    expect(await connect('?since=yesterday').outcome).toBe(400);
  });

  it('ends with 4401 when the token is revoked', async () => {
    const person = await makePerson('viewer');
    const socket = await listening('', person.token, brisk);
    await getDb().apiToken.update({ where: { id: person.tokenId }, data: { revokedAt: new Date() } });
    expect(await socket.ended).toBe(4401);
  });

  it('ends with 4403 when the role is gone', async () => {
    const person = await makePerson('viewer');
    const socket = await listening('', person.token, brisk);
    await getDb().roleAssignment.deleteMany({ where: { userId: person.userId } });
    expect(await socket.ended).toBe(4403);
  });
});

describe('what a client hears', () => {
  it('the seed fields with gateway, time and id', async () => {
    const socket = await listening();
    await tell(place, 'hello');
    const message = await socket.next(says('hello'));
    expect(message).toEqual({
      type: 'status_change',
      system_status: 'updating',
      message: 'hello',
      severity: 'info',
      gateway_id: place.id,
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      id: expect.any(Number),
    });
  });

  it('nothing of other sites, of other gateways than the token is bound to, or than it asked for', async () => {
    const site = await makeSite();
    const mine = await makeGateway(site.id);
    const neighbour = await makeGateway(site.id);
    const ofSite = await makePerson('operator', { siteId: site.id });
    const bound = await makePerson('operator', { siteId: site.id, gatewayId: mine.id });
    const sockets = [
      connect('', { headers: { authorization: `Bearer ${ofSite.token}` } }),
      connect('', { headers: { authorization: `Bearer ${bound.token}` } }),
      connect(`?gateway_id=${mine.id}`),
      connect(`?gateway_id=${mine.name}`),
    ];
    for (const socket of sockets) expect(await socket.outcome).toBe('open');
    await until(async () => {
      await tell(mine, 'knock');
      return sockets.every(({ messages }) => messages.length > 0);
    });
    await tell(other, 'foreign');
    await tell(neighbour, 'neighbour');
    await notify(other, { j: 'foreign-job' });
    await notify(neighbour, { j: 'neighbour-job' });
    await notify(mine, { j: 'my-job' });
    await tell(mine, 'last');
    for (const socket of sockets) {
      await socket.next(says('last'));
      await socket.next((message) => message.job_id === 'my-job');
    }
    const heard = (socket: UpdatesSocket | undefined) => new Set(socket?.messages.map(({ gateway_id }) => gateway_id));
    expect(heard(sockets[0])).toEqual(new Set([mine.id, neighbour.id]));
    for (const socket of sockets.slice(1)) expect(heard(socket)).toEqual(new Set([mine.id]));
    const foreign = connect(`?gateway_id=${neighbour.id}`, { headers: { authorization: `Bearer ${bound.token}` } });
    expect(await foreign.outcome).toBe(404);
  });

  it('progress, with ids that grow between the events', async () => {
    const socket = await listening();
    await notify(place, { j: 'p1', p: 50, b: 385e6, t: 452e6, v: 5.2e6 });
    const progress = await socket.next((message) => message.job_id === 'p1');
    expect(progress).toMatchObject({ type: 'progress_update', progress: 50, current_operation: 'downloading_update', eta: '00:00:13' });
    expect(progress.details).toMatchObject({ bytes_written: '385MB', bytes_total: '452MB', speed: '5.2MB/s' });
    await tell(place, 'after');
    await socket.next(says('after'));
    const ids = socket.messages.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
  });

  it('events in the order of their ids, though a later one is committed first; nothing of a rolled-back one', async () => {
    const socket = await listening();
    let commit: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      commit = resolve;
    });
    let written: () => void = () => undefined;
    const isWritten = new Promise<void>((resolve) => {
      written = resolve;
    });
    const slow = getDb().$transaction(async (tx) => {
      await tellIn(tx, place, 'slow');
      written();
      await held;
    });
    await isWritten;
    await tell(place, 'quick');
    await getDb()
      .$transaction(async (tx) => {
        await tellIn(tx, place, 'undone');
        throw new Error('rolled back');
      })
      .catch(() => undefined);
    await tell(place, 'last');
    // A client that comes now must not lose the slow one either.
    const since = String(Math.max(...socket.messages.map(({ id }) => id)));
    const late = connect(`?since=${since}`);
    expect(await late.outcome).toBe('open');
    commit();
    await slow;
    for (const one of [socket, late]) {
      await one.next(says('last'));
      const told = one.messages.flatMap(({ message }) => (['slow', 'quick', 'undone', 'last'].includes(String(message)) ? [message] : []));
      expect(told).toEqual(['slow', 'quick', 'last']);
    }
  });

  it('does not mind what a client says, but not without measure', async () => {
    const socket = await listening();
    socket.socket.send('{"type":"hello"}');
    socket.socket.send(Buffer.from([1, 2, 3]));
    await tell(place, 'still here');
    await socket.next(says('still here'));
    socket.socket.send('x'.repeat(20_000));
    expect(await socket.ended).toBe(1009);
  });
});

describe('coming back', () => {
  it('gives what was missed, once and in order, however often the connection breaks', async () => {
    const target = await makeGateway();
    const total = 120;
    const told: string[] = [];
    // Nothing of this gateway is older.
    let since = String(messageId(Number((await newestId()) ?? 0)));
    const writing = (async () => {
      for (let at = 0; at < total; at += 4) {
        await Promise.all([0, 1, 2, 3].map((step) => tell(target, `event ${at + step}`)));
      }
    })();
    let first = connect(`?gateway_id=${target.id}&since=${since}`);
    while (told.length < total) {
      await until(() => first.messages.length > 0 || told.length >= total);
      first.close();
      await first.ended;
      for (const { message, id } of first.messages) {
        told.push(String(message));
        since = String(id);
      }
      if (told.length < total) first = connect(`?gateway_id=${target.id}&since=${since}`);
    }
    await writing;
    const rows = await getDb().streamEvent.findMany({ where: { gatewayId: target.id }, orderBy: { id: 'asc' } });
    expect(told).toEqual(rows.map(({ payload }) => (payload as { message: string }).message));
  });

  it('says so when what was missed is no longer kept', async () => {
    const socket = connect('?since=0');
    const oldest = await getDb().streamEvent.findFirst({ orderBy: { id: 'asc' } });
    // Only where something has been forgotten or another database was meant.
    const future = connect(`?since=${messageId(9_000_000_000)}`);
    expect(await future.outcome).toBe('open');
    expect(await future.next(({ type }) => type === 'system_event')).toMatchObject({ event: 'events_missed', id: expect.any(Number) });
    if (oldest && oldest.id > 1n)
      expect(await socket.next(({ type }) => type === 'system_event')).toMatchObject({ event: 'events_missed' });
  });
});

async function newestId(): Promise<bigint | null> {
  return (await getDb().streamEvent.aggregate({ _max: { id: true } }))._max.id;
}
