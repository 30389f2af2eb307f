import { describe, expect, it } from 'vitest';
import { fleetLinkFault } from './fleet-link-words';

const NOW = Date.UTC(2026, 10, 25, 12);
const since = new Date(NOW - 40_000);

describe('what the banner says of the fleet link', () => {
  it('nothing while all is well', () => {
    expect(fleetLinkFault({ controller: 'reporting', broker: 'connected', since: null }, NOW)).toBeNull();
  });

  it.each([
    [{ controller: 'silent', broker: 'unknown', since }, 'No controller has reported', '40 s'],
    [{ controller: 'silent', broker: 'unknown', since: null }, 'No controller has ever reported', null],
    [{ controller: 'reporting', broker: 'disconnected', since }, 'The controller has no connection to the broker', '40 s'],
  ] as const)('%j', (link, fact, age) => expect(fleetLinkFault(link, NOW)).toEqual({ fact, age }));
});
