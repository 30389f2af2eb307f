import { describe, expect, it } from 'vitest';
import { type Heartbeat, judgeFleetLink } from './fleet-link';

const NOW = Date.UTC(2026, 10, 25, 12);
const ago = (seconds: number) => new Date(NOW - seconds * 1000);
const beat = (atAgo: number, brokerConnected: boolean, sinceAgo: number): Heartbeat => ({
  at: ago(atAgo),
  brokerConnected,
  since: ago(sinceAgo),
});

describe('the link to the fleet', () => {
  it.each([
    ['nobody has ever reported', [], 'silent', 'unknown', null],
    ['the newest of all is 40 s old', [beat(40, true, 900), beat(90, false, 95)], 'silent', 'unknown', 40],
    ['one reports and hears', [beat(3, true, 900)], 'reporting', 'connected', null],
    ['one of two hears', [beat(3, true, 900), beat(2, false, 60)], 'reporting', 'connected', null],
    ['both are deaf, since the second lost the broker', [beat(3, false, 70), beat(2, false, 60)], 'reporting', 'disconnected', 60],
    ['the one that heard is gone', [beat(25, true, 900), beat(2, false, 300)], 'reporting', 'disconnected', 300],
  ] as const)('%s', (_what, beats, controller, broker, since) => {
    expect(judgeFleetLink(beats, NOW)).toEqual({ controller, broker, since: since === null ? null : ago(since) });
  });
});
