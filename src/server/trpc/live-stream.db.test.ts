import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { beforeAll, describe, expect, it } from 'vitest';
import { systemActor } from '../access/actor';
import { getDb } from '../db/client';
import { hint, PROGRESS_CHANNEL } from '../db/hint';
import { getLiveHub } from '../live/hub';
import type { TrpcContext } from './context';
import type { LiveEvent } from './live-events';
import { liveStream } from './live-stream';

const session = { actor: systemActor('test'), user: { id: 'u', email: 'e', name: 'n' }, startedAt: new Date(), expiresAt: new Date() };
const ctx: TrpcContext = { session, recheckSession: async () => session };

function open(gatewayId: string | null, lastEventId?: string, site = 'rtm') {
  const abort = new AbortController();
  const stream = liveStream({ ctx, signal: abort.signal, lastEventId, scope: { gatewayId, seesSite: (siteId) => siteId === site } });
  const until = async (wanted: (event: LiveEvent) => boolean): Promise<LiveEvent> => {
    for (;;) {
      const { value, done } = await stream.next();
      if (done) throw new Error('the stream has ended');
      if (wanted(value[1])) return value[1];
    }
  };
  return { abort, stream, until };
}

// A stream begins before the hub hears the database, and what is hinted until then reaches nobody.
beforeAll(() => once(getLiveHub(), 'connected'));

describe('live stream', () => {
  it('carries a committed hint and progress to the browser, and nothing of a rolled-back transaction', async () => {
    const gatewayId = randomUUID();
    const { until, abort, stream } = open(gatewayId);
    await until((event) => event.kind === 'beat');
    await getDb()
      .$transaction(async (tx) => {
        await hint(tx, { kind: 'settings', gatewayId, siteId: 'rtm' });
        throw new Error('rolled back');
      })
      .catch(() => undefined);
    await getDb().$transaction((tx) => hint(tx, { kind: 'job', jobId: 'j1', gatewayId, siteId: 'rtm' }));
    expect(await until((event) => event.kind === 'stale')).toEqual({ kind: 'stale', topic: 'job', gatewayIds: [gatewayId], jobId: 'j1' });
    const batch = [{ j: 'j1', g: gatewayId, s: 'rtm', st: 'downloading', p: 12.5, b: 1, t: 8, v: 2, q: 1, at: 5 }];
    await getDb().$executeRaw`SELECT pg_notify(${PROGRESS_CHANNEL}, ${JSON.stringify(batch)})`;
    expect(await until((event) => event.kind === 'progress')).toMatchObject({ jobs: [{ jobId: 'j1', percent: 12.5, bytesTotal: 8 }] });
    abort.abort();
    await stream.return(undefined);
  });

  it('tells a browser that comes back to read everything again', async () => {
    const { until, abort, stream } = open(null, '1-1');
    expect(await until((event) => event.kind === 'resync')).toEqual({ kind: 'resync' });
    abort.abort();
    await stream.return(undefined);
  });

  it('begins with what was hinted while the page was loaded, and not with what others may not see', async () => {
    const [gatewayId, site] = [randomUUID(), randomUUID()];
    const told = getLiveHub().waitFor((one) => one.kind === 'alarm' && one.siteId === site, 60_000);
    await getDb().$transaction((tx) => hint(tx, { kind: 'alarm', alarmId: randomUUID(), gatewayId, siteId: site }));
    expect(await told).toBe(true);
    const { until, abort, stream } = open(null, undefined, site);
    expect(await until((event) => event.kind === 'stale')).toEqual({ kind: 'stale', topic: 'alarm', gatewayIds: [gatewayId], jobId: null });
    abort.abort();
    await stream.return(undefined);
    const others = open(null, undefined, randomUUID());
    await others.until((event) => event.kind === 'beat');
    const next = others.stream.next();
    others.abort.abort();
    expect((await next).done).toBe(true);
  });

  it('leaves no listener behind when the browser goes away', async () => {
    const before = getLiveHub().listenerCount('hint');
    const streams = Array.from({ length: 20 }, () => open(null, undefined, randomUUID()));
    await Promise.all(streams.map(({ until }) => until((event) => event.kind === 'beat')));
    expect(getLiveHub().listenerCount('hint')).toBe(before + 20);
    const ends = streams.map(({ stream, abort }) => {
      const end = stream.next();
      abort.abort();
      return end;
    });
    expect((await Promise.all(ends)).every(({ done }) => done)).toBe(true);
    expect(getLiveHub().listenerCount('hint')).toBe(before);
    expect(getLiveHub().listenerCount('connected')).toBe(0);
  });
});
