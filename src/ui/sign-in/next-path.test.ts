import { describe, expect, it } from 'vitest';
import { safeNextPath } from './next-path';

describe('where to go after sign-in', () => {
  it.each([
    ['/gateways?site=RTM', '/gateways?site=RTM'],
    [undefined, '/'],
    ['https://evil.example', '/'],
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['/\t/evil.example', '/'],
    ['/sign-in?next=/sign-in', '/'],
  ])('%s leads to %s', (next, path) => expect(safeNextPath(next)).toBe(path));
});
