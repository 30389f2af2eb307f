'use client';
import { useInfiniteQuery } from '@tanstack/react-query';
import { JOB_COLUMNS, type JobRow } from '../jobs/job-columns';
import { CodeLink } from '../kit/code-link';
import type { Column } from '../kit/data-table';
import { ListSection, useRows } from '../kit/list-section';
import { EmptyState } from '../kit/states';
import { useTRPC } from '../trpc/client';
import { gatewayJobsInput } from './gateway-page-state';

/** Here every row is of this gateway: the id tells them apart on a phone too. */
const ID_COLUMN: Column<JobRow> = {
  id: 'id',
  header: 'Job',
  cell: (row) => (
    <CodeLink href={`/jobs/${row.id}`} className="font-medium whitespace-nowrap">
      {row.id}
    </CodeLink>
  ),
};
const COLUMNS = [ID_COLUMN, ...JOB_COLUMNS.filter((column) => column.id !== 'gateway' && column.id !== 'id')];

/** Every job of the gateway, newest first. */
export function GatewayJobs({ gatewayId }: { gatewayId: string }) {
  const trpc = useTRPC();
  const query = useInfiniteQuery(
    trpc.jobs.browse.infiniteQueryOptions(gatewayJobsInput(gatewayId), { getNextPageParam: (page) => page.nextCursor }),
  );
  return (
    <ListSection
      label="Jobs of this gateway"
      query={query}
      rows={useRows(query.data)}
      columns={COLUMNS}
      rowKey={(row) => row.id}
      loading="Loading jobs"
      failed="The jobs could not be read"
      height="max-h-[max(24rem,calc(100dvh-15rem))] min-h-60"
      empty={<EmptyState title="No job yet">Choose “Update now” to start the first one.</EmptyState>}
    />
  );
}
