import { expect, it } from 'vitest';
import { differenceOf } from './component-difference';

it('tells what came, what went and what changed, whatever the order', () => {
  const before = [
    { name: 'zlib', version: '1.2.13' },
    { name: 'openssl', version: '3.0.9' },
    { name: 'glibc', version: '2.36' },
    { name: 'two', version: '2' },
    { name: 'two', version: '1' },
  ];
  const after = [
    { name: 'two', version: '1' },
    { name: 'two', version: '2' },
    { name: 'openssl', version: '3.0.11' },
    { name: 'glibc', version: '2.36' },
    { name: 'curl', version: null },
  ];
  expect(differenceOf(before, after)).toEqual({
    added: [{ name: 'curl', version: null }],
    removed: [{ name: 'zlib', version: '1.2.13' }],
    changed: [{ name: 'openssl', from: ['3.0.9'], to: ['3.0.11'] }],
  });
});
