import { describe, expect, it } from 'vitest';
import { checkedAddresses, faultOfAddress } from './refused-address';

describe('an address', () => {
  it.each([
    '127.0.0.1',
    '127.8.9.1',
    '10.1.2.3',
    '172.31.255.255',
    '192.168.0.1',
    '100.64.0.1',
    '::1',
    'fd12::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '::127.0.0.1',
    '::a9fe:a9fe',
    '::ffff:0:127.0.0.1',
    'fec0::1',
  ])('%s is refused unless private ones are allowed', (ip) => {
    expect(faultOfAddress(ip, false)).toMatch(/private network/);
    expect(faultOfAddress(ip, true)).toBeNull();
  });

  it.each(['169.254.169.254', '::ffff:169.254.169.254', 'fe80::1', '0.0.0.0', '::', '224.0.0.1', '255.255.255.255', 'fd00:ec2::254'])(
    '%s is refused always',
    (ip) => {
      expect(faultOfAddress(ip, false)).not.toBeNull();
      expect(faultOfAddress(ip, true)).not.toBeNull();
    },
  );

  it.each(['93.184.215.14', '172.32.0.1', '2606:4700::1111', '::ffff:8.8.8.8'])('%s is fine', (ip) =>
    expect(faultOfAddress(ip, false)).toBeNull(),
  );
});

describe('a host', () => {
  it('that names this machine is refused, in whatever spelling the URL gives it', async () => {
    for (const url of [
      'http://localhost/',
      'http://127.1/',
      'http://2130706433/',
      'http://0x7f.1/',
      'http://[::1]/',
      'http://[::ffff:127.0.0.1]/',
    ])
      await expect(checkedAddresses(new URL(url).hostname, false), url).rejects.toThrow('not called');
    await expect(checkedAddresses('127.0.0.1', true)).resolves.toEqual([{ address: '127.0.0.1', family: 4 }]);
  });
});
