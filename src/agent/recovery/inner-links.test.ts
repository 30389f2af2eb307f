import { describe, expect, it } from 'vitest';
import { leadsInside } from './inner-links';

const FOLDER = '/var/lib/gw/data';

describe('a link', () => {
  it.each([
    ['current', 'v2/map.bin'],
    ['a/b/current', '../../v2'],
    ['a/current', './x'],
    ['a/up', '..'],
    ['self', '.'],
    ['abs', `${FOLDER}/v2/map.bin`],
    ['abs', FOLDER],
    ['nowhere', 'not/there/yet'],
    ['dots', '...'],
  ])('%s -> %s stays within its folder', (name, target) => expect(leadsInside(FOLDER, name, target)).toBe(true));

  it.each([
    ['x', '..'],
    ['a/x', '../..'],
    ['x', '/etc/shadow'],
    ['x', `${FOLDER}-other/y`],
    ['x', '/var/lib/gw'],
    ['x', `${FOLDER}/../config/network.json`],
    // a/b may be a link to the folder itself.
    ['x', 'a/b/../y'],
    ['a/b/c/x', '../y/../../../../../z'],
    ['x', ''],
    ['x', 'a\0b'],
  ])('%s -> %s does not', (name, target) => expect(leadsInside(FOLDER, name, target)).toBe(false));
});
