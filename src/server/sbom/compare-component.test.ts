import { describe, expect, it } from 'vitest';
import { compareInScheme, ecosystemOf, judgeComponent, schemeOf } from './compare-component';

describe('comparing versions of packages', () => {
  it.each([
    ['pkg:deb/debian/openssl@3.0.11-1?arch=arm64', 'deb', 'debian'],
    ['pkg:PyPI/requests@2.31.0', 'pypi', 'pep440'],
    ['pkg:npm/%40scope/x@1.0.0', 'npm', 'semver'],
    ['pkg:rpm/fedora/curl@7.50.3-1.fc25', 'rpm', null],
    ['pkg:generic/busybox@1.36.1', 'generic', null],
    ['openssl', null, null],
    [null, null, null],
  ])('%s is of %s, ordered as %s', (purl, ecosystem, scheme) => {
    expect([ecosystemOf(purl), schemeOf(purl)]).toEqual([ecosystem, scheme]);
  });

  it.each([
    ['semver', '1.2.10', '1.2.9', 1],
    ['semver', '1.0.0-rc.1', '1.0.0', -1],
    ['semver', '1.2', '1.3', null],
    ['debian', '3.0.9-1', '3.0.11-1~deb12u1', -1],
    ['debian', '3.0.11-1~deb12u1', '3.0.11', 1],
    ['debian', '3.0.11~rc1-1', '3.0.11', -1],
    ['pep440', '1.0.post1', '1.0', 1],
    ['pep440', '1.0.dev1', '1.0a1', -1],
    ['pep440', 'tomorrow', '1.0', null],
    [null, '1.0', '2.0', null],
    [null, 'r2024-05', 'r2024-05', 0],
  ] as const)('%s: %s and %s', (scheme, a, b, expected) => {
    const order = compareInScheme(scheme, a, b);
    expect(order === null ? null : Math.sign(order)).toBe(expected);
  });

  it('says so when it cannot know', () => {
    const deb = 'pkg:deb/debian/openssl';
    expect(judgeComponent({ version: '3.0.9-1', purl: deb }, '<', '3.0.11')).toBe('matches');
    expect(judgeComponent({ version: '3.0.12-1', purl: deb }, '<', '3.0.11')).toBe('differs');
    expect(judgeComponent({ version: '3.0.9', purl: null }, '<', '3.0.11')).toBe('not_comparable');
    expect(judgeComponent({ version: null, purl: deb }, '<', '3.0.11')).toBe('not_comparable');
    expect(judgeComponent({ version: null, purl: null }, 'any', null)).toBe('matches');
  });
});
