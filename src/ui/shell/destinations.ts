import {
  Activity,
  BellRing,
  Cpu,
  FileKey2,
  KeyRound,
  ListChecks,
  type LucideIcon,
  Package,
  ShieldAlert,
  SquareTerminal,
  UserRound,
} from 'lucide-react';

export type Destination = {
  href: string;
  label: string;
  key: string;
  icon: LucideIcon;
  keepsSite: boolean;
  /** Left out of the bar of a narrow screen: there it is in the person's menu, or found by the palette. */
  wideOnly?: boolean;
};

/** The main places; `key` follows `g` on the keyboard. */
export const DESTINATIONS: readonly Destination[] = [
  { href: '/', label: 'Overview', key: 'o', icon: Activity, keepsSite: true },
  { href: '/alarms', label: 'Alarms', key: 'l', icon: BellRing, keepsSite: true },
  { href: '/gateways', label: 'Gateways', key: 'g', icon: Cpu, keepsSite: true },
  { href: '/jobs', label: 'Jobs', key: 'j', icon: ListChecks, keepsSite: true },
  { href: '/releases', label: 'Releases', key: 'r', icon: Package, keepsSite: false, wideOnly: true },
  { href: '/safety', label: 'Safety', key: 's', icon: ShieldAlert, keepsSite: true },
  { href: '/overrides', label: 'Overrides', key: 'v', icon: KeyRound, keepsSite: true },
  { href: '/settings/trust', label: 'Keys', key: 'k', icon: FileKey2, keepsSite: false, wideOnly: true },
  { href: '/api-reference', label: 'API', key: 'a', icon: SquareTerminal, keepsSite: false, wideOnly: true },
  { href: '/account', label: 'Account', key: 'u', icon: UserRound, keepsSite: false, wideOnly: true },
];

/** The destination's address, narrowed to the site that is chosen now where that makes sense. */
export function hrefWithSite(destination: Destination, siteCode: string | undefined): string {
  return destination.keepsSite && siteCode ? `${destination.href}?site=${encodeURIComponent(siteCode)}` : destination.href;
}

/** True when the path is at or below the destination. */
export function isAt(pathname: string, href: string): boolean {
  return href === '/' ? pathname === '/' : pathname === href || pathname.startsWith(`${href}/`);
}
