import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compareDebianVersions, parseDebianVersion } from '#/domain/sbom/debian-version';

const DPKG = '/usr/bin/dpkg';
const PAIRS = [
  ['1.0', '1.0'],
  ['1.0-1', '1.0'],
  ['1.0-0', '1.0'],
  ['1:0.9', '2.0'],
  ['0:1.0', '1.0'],
  ['1.0~rc1', '1.0'],
  ['1.0~rc1-1', '1.0~rc1-1~bpo11+1'],
  ['1.0~~', '1.0~~a'],
  ['1.0a', '1.0'],
  ['1.0a', '1.0+'],
  ['1.0+b1', '1.0.1'],
  ['2.36-9+deb12u4', '2.36-9+deb12u10'],
  ['3.0.11-1~deb12u2', '3.0.11-1'],
  ['1.002', '1.2'],
  ['99999999999999999999', '100000000000000000000'],
  ['1.0-a-b', '1.0-a-c'],
  ['1.2.3-4', '1.2.3-4.1'],
  ['1.0z', '1.0.z'],
  ['7:5.1.6-0+deb12u1', '7:5.1.7'],
  ['1:1:2', '1:1.2'],
] as const;

describe('the order of Debian versions', () => {
  it.skipIf(!existsSync(DPKG))('is that of dpkg, both ways round', () => {
    const isTrue = (a: string, operator: string, b: string) => spawnSync(DPKG, ['--compare-versions', a, operator, b]).status === 0;
    for (const [a, b] of PAIRS) {
      const theirs = isTrue(a, 'lt', b) ? -1 : isTrue(a, 'gt', b) ? 1 : 0;
      expect([a, b, Math.sign(compareDebianVersions(a, b) ?? Number.NaN)]).toEqual([a, b, theirs]);
      expect(Math.sign(compareDebianVersions(b, a) ?? Number.NaN)).toBe(0 - theirs || 0);
    }
  });

  it.each(['', 'abc', 'v1.0', '1.0_2', '1:', '-1', '1 0', 'a:1.0'])('%j is none', (text) => {
    expect(parseDebianVersion(text)).toBeNull();
    expect(compareDebianVersions(text, '1.0')).toBeNull();
  });
});
