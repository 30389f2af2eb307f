import { describe, expect, it } from 'vitest';
import type { LiveProgress } from '../db/hint';
import { createLiveInbox } from './live-inbox';

const progress = (q: number, over: Partial<LiveProgress> = {}): LiveProgress => ({
  j: 'j1',
  g: 'g1',
  s: 'rtm',
  st: 'downloading',
  p: q,
  b: 0,
  t: 1,
  v: 0,
  q,
  at: 0,
  ...over,
});
const onlyRtm = { seesSite: (siteId: string) => siteId === 'rtm', gatewayId: null };

describe('live inbox', () => {
  it('tells nothing of sites that the person may not see', () => {
    const inbox = createLiveInbox(onlyRtm);
    inbox.addHint({ kind: 'job', jobId: 'j2', gatewayId: 'g2', siteId: 'vlc' });
    inbox.addProgress([progress(1, { s: 'vlc' })]);
    expect(inbox.isEmpty()).toBe(true);
  });

  it('keeps the newest progress per job only, and gives everything once', () => {
    const inbox = createLiveInbox(onlyRtm);
    inbox.addProgress([progress(2), progress(9)]);
    inbox.addProgress([progress(4)]);
    expect(inbox.take()).toMatchObject([{ kind: 'progress', jobs: [{ jobId: 'j1', percent: 9 }] }]);
    expect(inbox.take()).toEqual([]);
  });

  it('merges hints of a whole fleet into one event, and leaves the ids out when there are many', () => {
    const inbox = createLiveInbox(onlyRtm);
    for (let at = 0; at < 200; at += 1) inbox.addHint({ kind: 'job', jobId: `j${at}`, gatewayId: `g${at}`, siteId: 'rtm' });
    expect(inbox.take()).toEqual([{ kind: 'stale', topic: 'job', gatewayIds: [], jobId: null }]);
  });

  it('a stream of one gateway hears its own telemetry, settings and jobs by id, and nothing of others', () => {
    const inbox = createLiveInbox({ ...onlyRtm, gatewayId: 'g1' });
    inbox.addHint({ kind: 'telemetry', gatewayIds: ['g0', 'g1'] });
    inbox.addHint({ kind: 'settings', gatewayId: 'g2', siteId: 'rtm' });
    inbox.addHint({ kind: 'job', jobId: 'j1', gatewayId: 'g1', siteId: 'rtm' });
    inbox.addHint({ kind: 'job', jobId: 'j1', gatewayId: 'g1', siteId: 'rtm' });
    expect(inbox.take()).toEqual([
      { kind: 'stale', topic: 'telemetry', gatewayIds: ['g1'], jobId: null },
      { kind: 'stale', topic: 'job', gatewayIds: ['g1'], jobId: 'j1' },
    ]);
  });
});
