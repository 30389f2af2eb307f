import fc from 'fast-check';
import semver from 'semver';
import { describe, expect, it } from 'vitest';
import { compareVersions, meetsPrerequisite, parseVersion, versionSortKey } from './version';

const number = fc.integer({ min: 0, max: 999_999 });
const identifier = fc.oneof(
  fc.integer({ min: 0, max: 99_999 }).map(String),
  fc.stringMatching(/^[0-9A-Za-z-]{1,6}$/).filter((text) => /[A-Za-z-]/.test(text)),
);
const version = fc
  .tuple(number, number, number, fc.array(identifier, { maxLength: 3 }))
  .map(([major, minor, patch, pre]) => `v${major}.${minor}.${patch}${pre.length ? `-${pre.join('.')}` : ''}`);

describe('versions', () => {
  it('orders as the semver library does (reference)', () => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        expect(Math.sign(compareVersions(a, b))).toBe(semver.compare(a.slice(1), b.slice(1)));
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    ['v5.1.0-custom', 'v5.1.0', -1],
    ['v5.0.5', 'v5.0.10', -1],
    ['v5.1.0-rc.2', 'v5.1.0-rc.10', -1],
    ['v5.1.0-rc', 'v5.1.0-rc.1', -1],
    ['5.1.0', 'v5.1.0', 0],
  ])('%s against %s', (a, b, order) => expect(compareVersions(a, b)).toBe(order));

  it.each(['', 'v5', 'v5.0', 'five', 'v5.0.0-', 'v5.0.0-a..b', '5.0.0; DROP TABLE', `v${'9'.repeat(7)}.0.0`])('refuses %j', (text) => {
    expect(parseVersion(text)).toBeNull();
    expect(() => versionSortKey(text)).toThrow(RangeError);
  });

  it('reads prerequisites', () => {
    expect(meetsPrerequisite('v5.0.5', 'v5.0.0+')).toBe(true);
    expect(meetsPrerequisite('v4.9.9', 'v5.0.0+')).toBe(false);
    expect(meetsPrerequisite('v5.0.1', 'v5.0.0')).toBe(false);
  });
});
