/** Where a webhook may not lead: an address book of the server's own neighbourhood would be a gift (SSRF). */
import { lookup as lookupAll } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';

/** Refused whatever the administrator allows: link-local with the clouds' metadata services, multicast, reserved. */
const NEVER = listOf([
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['::', 128],
  ['fe80::', 10],
  ['ff00::', 8],
  // The metadata service of a cloud by its IPv6 address.
  ['fd00:ec2::254', 128],
]);
/** Refused unless WEBHOOK_ALLOW_PRIVATE is set. */
const PRIVATE = listOf([
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['192.0.0.0', 24],
  ['198.18.0.0', 15],
  ['::1', 128],
  ['fc00::', 7],
  // Addresses that wrap an IPv4 one (NAT64, 6to4, Teredo): what is inside is not looked at, so they are refused whole.
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2002::', 16],
  ['2001::', 32],
  // The older forms of the same: IPv4-compatible and IPv4-translated; and site-local, which was private before fc00::/7 was.
  ['::', 96],
  ['::ffff:0:0:0', 96],
  ['fec0::', 10],
]);

function listOf(nets: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [net, prefix] of nets) list.addSubnet(net, prefix, isIP(net) === 6 ? 'ipv6' : 'ipv4');
  return list;
}

/** Why a connection to this IP address is refused, or null. */
export function faultOfAddress(ip: string, allowPrivate: boolean): string | null {
  const version = isIP(ip);
  if (version === 0) return `${ip} is not an IP address`;
  const family = version === 6 ? 'ipv6' : 'ipv4';
  if (NEVER.check(ip, family)) return `${ip} is a link-local, metadata or reserved address`;
  if (!allowPrivate && PRIVATE.check(ip, family))
    return `${ip} is an address of this machine or of a private network (WEBHOOK_ALLOW_PRIVATE)`;
  return null;
}

/** The addresses of a host, checked; connecting to one of these and to no other keeps a second answer of the DNS from mattering. */
export async function checkedAddresses(host: string, allowPrivate: boolean): Promise<{ address: string; family: number }[]> {
  const bare = host.replace(/^\[|\]$/g, '');
  const found = isIP(bare) ? [{ address: bare, family: isIP(bare) }] : await lookupAll(bare, { all: true });
  for (const { address } of found) {
    const fault = faultOfAddress(address, allowPrivate);
    if (fault !== null) throw new Error(`The webhook is not called: ${fault}.`);
  }
  return found;
}
