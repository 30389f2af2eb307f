'use client';
import { useInfiniteQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useCallback, useMemo } from 'react';
import { JOB_COLUMNS, type JobRow } from '../jobs/job-columns';
import { type Column, DataTable } from '../kit/data-table';
import { QueryState } from '../kit/query-state';
import { EmptyState } from '../kit/states';
import { useTRPC } from '../trpc/client';
import { gatewayJobsInput } from './gateway-page-state';

const NO_ROWS: JobRow[] = [];
/** Here every row is of this gateway: the id tells them apart on a phone too. */
const ID_COLUMN: Column<JobRow> = {
  id: 'id',
  header: 'Job',
  cell: (row) => (
    <Link
      prefetch={false}
      href={`/jobs/${row.id}`}
      className="inline-flex min-h-6 items-center font-mono text-xs font-medium whitespace-nowrap underline-offset-2 hover:underline"
    >
      {row.id}
    </Link>
  ),
};
const COLUMNS = [ID_COLUMN, ...JOB_COLUMNS.filter((column) => column.id !== 'gateway' && column.id !== 'id')];

/** Every job of the gateway, newest first. */
export function GatewayJobs({ gatewayId }: { gatewayId: string }) {
  const trpc = useTRPC();
  const query = useInfiniteQuery(
    trpc.jobs.browse.infiniteQueryOptions(gatewayJobsInput(gatewayId), { getNextPageParam: (page) => page.nextCursor }),
  );
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.rows) ?? NO_ROWS, [query.data]);
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = query;
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, hasNextPage, isFetchingNextPage]);
  return (
    <section
      aria-label="Jobs of this gateway"
      className="flex max-h-[max(24rem,calc(100dvh-15rem))] min-h-60 flex-col overflow-hidden rounded-lg border border-line bg-surface"
    >
      <QueryState query={query} loading="Loading jobs" rows={8} failed="The jobs could not be read" />
      {query.data && (
        <DataTable
          label="Jobs of this gateway"
          columns={COLUMNS}
          rows={rows}
          rowKey={(row) => row.id}
          total={hasNextPage ? rows.length + 1 : rows.length}
          onEnd={onEnd}
          loadingMore={isFetchingNextPage}
          className="min-h-0 flex-1"
          empty={<EmptyState title="No job yet">Choose “Update now” to start the first one.</EmptyState>}
        />
      )}
    </section>
  );
}
