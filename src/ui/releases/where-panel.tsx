'use client';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Age } from '../kit/age';
import { CodeLink } from '../kit/code-link';
import { MoreRows } from '../kit/more-rows';
import { Panel } from '../kit/panel';
import { QueryState } from '../kit/query-state';
import { EmptyState } from '../kit/states';
import { useTRPC } from '../trpc/client';

/** The gateways that say themselves that they run this release. */
export function WherePanel({ releaseId, version }: { releaseId: string; version: string }) {
  const trpc = useTRPC();
  const query = useInfiniteQuery(
    trpc.releases.whereItRuns.infiniteQueryOptions({ releaseId, limit: 20 }, { getNextPageParam: (page) => page.nextCursor }),
  );
  const first = query.data?.pages[0];
  const rows = query.data?.pages.flatMap((page) => page.rows) ?? [];
  return (
    <Panel
      title="Where it runs"
      flush
      aside={first && <span>{first.bySite.map((one) => `${one.siteCode} ${one.gateways}`).join(' · ') || 'nowhere'}</span>}
    >
      <QueryState query={query} loading="Looking where it runs" rows={4} failed="Where it runs could not be read" />
      {first && rows.length === 0 && <EmptyState title={`No gateway that you may see runs ${version}`} />}
      {rows.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area has to be reachable by keyboard
        <section aria-label="Gateways" tabIndex={0} className="max-h-72 overflow-y-auto -outline-offset-2">
          <ul className="divide-y divide-line">
            {rows.map((row) => (
              <li key={row.id} className="flex flex-wrap items-center justify-between gap-x-4 px-3 py-0.5 text-sm">
                <CodeLink href={`/gateways/${row.id}`}>{row.name}</CodeLink>
                <span className="text-xs text-muted">{row.lastSeenAt ? <Age at={row.lastSeenAt} suffix="ago" /> : 'never seen'}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <MoreRows query={query} label="Show more gateways" />
    </Panel>
  );
}
