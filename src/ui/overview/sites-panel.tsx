'use client';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { wallTime } from '../clock/format';
import { useNowMs } from '../clock/now';
import { Mark, type Priority } from '../kit/mark';
import { Panel } from '../kit/panel';
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

const HEAD = 'border-b border-line-strong px-2.5 py-2 text-xs font-medium text-muted whitespace-nowrap';
const CELL = 'border-b border-line px-2.5 py-1.5 tabular';

function SitesTable({ sites }: { sites: readonly SiteFigures[] }) {
  const nowMs = useNowMs();
  return (
    <div className="relative overflow-x-auto">
      <table className="w-full text-sm">
        <thead>
          <tr>
            <th scope="col" className={`${HEAD} pl-3 text-left`}>
              Site
            </th>
            <th scope="col" className={`${HEAD} text-left max-sm:hidden`}>
              Local time
            </th>
            {['Gateways', 'Online', 'Updating', 'Maintenance', 'Offline', 'Error', 'Reboot blocked'].map((title) => (
              <th key={title} scope="col" className={`${HEAD} text-right`}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sites.map((site) => {
            const wall = wallTime(new Date(nowMs), site.timezone);
            return (
              <tr key={site.code} className="hover:bg-hover">
                <th scope="row" className={`${CELL} pl-3 text-left font-normal`}>
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
                <td className={`${CELL} text-right`}>{site.blocked.toLocaleString('en-GB')}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Count({ site, value, status, priority = 'none' }: { site: string; value: number; status?: string; priority?: Priority }) {
  const text = value.toLocaleString('en-GB');
  return (
    <td className={`${CELL} text-right`}>
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
