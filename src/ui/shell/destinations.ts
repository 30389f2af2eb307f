import { Activity, Cpu, ListChecks, type LucideIcon, SquareTerminal, UserRound } from 'lucide-react';

export type Destination = { href: string; label: string; key: string; icon: LucideIcon; keepsSite: boolean };

/** The main places; `key` follows `g` on the keyboard. */
export const DESTINATIONS: readonly Destination[] = [
  { href: '/', label: 'Overview', key: 'o', icon: Activity, keepsSite: true },
  { href: '/gateways', label: 'Gateways', key: 'g', icon: Cpu, keepsSite: true },
  { href: '/jobs', label: 'Jobs', key: 'j', icon: ListChecks, keepsSite: true },
  { href: '/api-reference', label: 'API', key: 'a', icon: SquareTerminal, keepsSite: false },
  { href: '/account', label: 'Account', key: 'u', icon: UserRound, keepsSite: false },
];

/** The destination's address, narrowed to the site that is chosen now where that makes sense. */
export function hrefWithSite(destination: Destination, siteCode: string | undefined): string {
  return destination.keepsSite && siteCode ? `${destination.href}?site=${encodeURIComponent(siteCode)}` : destination.href;
}

/** True when the path is at or below the destination. */
export function isAt(pathname: string, href: string): boolean {
  return href === '/' ? pathname === '/' : pathname === href || pathname.startsWith(`${href}/`);
}
