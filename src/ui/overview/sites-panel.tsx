'use client';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { wallTime } from '../clock/format';
import { useNowMs } from '../clock/now';
import { Mark, type Priority } from '../kit/mark';
import { Panel } from '../kit/panel';
import { CELL, PlainTable, type Title } from '../kit/plain-table';
import { QueryState } from '../kit/query-state';
import { EmptyState } from '../kit/states';
import { type RouterOutputs, useTRPC } from '../trpc/client';

type SiteFigures = RouterOutputs['fleet']['summary']['sites'][number];

/** One row per site with its wall clock; the name narrows the page to it. */
export function SitesPanel({ scope }: { scope: { siteCode?: string } }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.fleet.summary.queryOptions(scope));
  return (
    <Panel title="Sites" flush>
      <QueryState query={query} loading="Loading sites" rows={3} failed="The sites could not be read" />
      {query.data?.sites.length === 0 && (
        <EmptyState title="No site has a gateway yet">Enroll the first one with “fairlead enroll”.</EmptyState>
      )}
      {query.data && query.data.sites.length > 0 && <SitesTable sites={query.data.sites} />}
    </Panel>
  );
}

const FIGURES = ['Gateways', 'Online', 'Updating', 'Maintenance', 'Offline', 'Error', 'Reboot blocked'];
const TITLES: readonly Title[] = [
  'Site',
  { text: 'Local time', className: 'text-left max-sm:hidden' },
  ...FIGURES.map((text) => ({ text, className: 'text-right' })),
];

function SitesTable({ sites }: { sites: readonly SiteFigures[] }) {
  const nowMs = useNowMs();
  return (
    <PlainTable label="Figures of the sites" titles={TITLES}>
      {sites.map((site) => {
        const wall = wallTime(new Date(nowMs), site.timezone);
        return (
          <tr key={site.code} className="hover:bg-hover">
            <th scope="row" className={`${CELL} text-left font-normal`}>
              <Link
                prefetch={false}
                href={`/?site=${site.code}`}
                className="inline-flex min-h-6 items-center gap-2 underline-offset-2 hover:underline"
              >
                <span className="font-mono text-xs">{site.code}</span>
                <span className="max-sm:sr-only">{site.name}</span>
              </Link>
            </th>
            <td className={`${CELL} font-mono text-xs max-sm:hidden`}>
              {wall.time.slice(0, 5)} <span className="text-muted">{wall.offset}</span>
            </td>
            <Count site={site.code} value={site.total} />
            <Count site={site.code} value={site.online} status="online" />
            <Count site={site.code} value={site.updating} status="updating" priority="info" />
            <Count site={site.code} value={site.maintenance} status="maintenance" priority="info" />
            <Count site={site.code} value={site.offline} status="offline" priority="p2" />
            <Count site={site.code} value={site.error} status="error" priority="p1" />
            <td className={`${CELL} tabular text-right`}>{site.blocked.toLocaleString('en-GB')}</td>
          </tr>
        );
      })}
    </PlainTable>
  );
}

function Count({ site, value, status, priority = 'none' }: { site: string; value: number; status?: string; priority?: Priority }) {
  const text = value.toLocaleString('en-GB');
  return (
    <td className={`${CELL} tabular text-right`}>
      <Link
        prefetch={false}
        href={`/gateways?site=${site}${status ? `&status=${status}` : ''}`}
        className="inline-flex min-h-6 min-w-6 items-center justify-end underline-offset-2 hover:underline"
      >
        {value > 0 && priority !== 'none' ? <Mark priority={priority}>{text}</Mark> : text}
        <span className="sr-only">
          {' '}
          {status ?? 'gateways'} at {site}
        </span>
      </Link>
    </td>
  );
}
