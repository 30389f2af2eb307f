'use client';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { cx } from '../kit/class-names';
import type { Priority } from '../kit/mark';
import { useTRPC } from '../trpc/client';

const SHAPE: Record<Priority, string> = { p1: '■', p2: '▲', p3: '◆', info: '●', none: '' };
const TEXT: Record<Priority, string> = { p1: 'text-p1', p2: 'text-p2', p3: 'text-p3', info: 'text-info', none: 'text-text' };

type Figure = { label: string; value: number | undefined; href: string; priority: Priority };

/** The six figures of the fleet; each leads to the list behind it. Zero has no colour. */
export function FleetFigures({ scope }: { scope: { siteCode?: string } }) {
  const trpc = useTRPC();
  const summary = useQuery(trpc.fleet.summary.queryOptions(scope)).data;
  const attention = useQuery(trpc.fleet.attention.queryOptions(scope)).data;
  const running = useQuery(trpc.fleet.running.queryOptions(scope)).data;
  const sum = (key: 'total' | 'offline' | 'error' | 'blocked') => summary?.sites.reduce((all, site) => all + site[key], 0);
  const site = scope.siteCode ? `&site=${scope.siteCode}` : '';
  const figures: Figure[] = [
    { label: 'Failed or rolled back, 3 days', value: attention?.endedTotal, href: `/jobs?group=failed${site}`, priority: 'p1' },
    { label: 'Gateways in error', value: sum('error'), href: `/gateways?status=error${site}`, priority: 'p1' },
    { label: 'Gateways offline', value: sum('offline'), href: `/gateways?status=offline${site}`, priority: 'p2' },
    { label: 'Jobs waiting or paused', value: attention?.heldTotal, href: `/jobs?group=waiting${site}`, priority: 'p3' },
    { label: 'Jobs running', value: running?.total, href: `/jobs?group=active${site}`, priority: 'info' },
    { label: 'Gateways', value: sum('total'), href: `/gateways${site.replace('&', '?')}`, priority: 'none' },
  ];
  return (
    <ul className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-line bg-line sm:grid-cols-3 xl:grid-cols-6">
      {figures.map(({ label, value, href, priority }) => {
        const shown = value ? priority : 'none';
        return (
          <li key={label} className="bg-surface">
            <Link prefetch={false} href={href} className="flex h-full flex-col gap-0.5 px-3 py-2.5 -outline-offset-2 hover:bg-hover">
              <span className={cx('tabular flex items-baseline gap-1.5 text-2xl font-semibold tracking-tight', TEXT[shown])}>
                {SHAPE[shown] && (
                  <span aria-hidden className="text-xs">
                    {SHAPE[shown]}
                  </span>
                )}
                {value === undefined ? '–' : value.toLocaleString('en-GB')}
              </span>
              <span className="text-xs text-muted">{label}</span>
            </Link>
          </li>
        );
      })}
    </ul>
  );
}
