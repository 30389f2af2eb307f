'use client';
/** Every job, newest first, with bars that move. */
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useQueryStates } from 'nuqs';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { Button } from '../kit/button';
import { cx } from '../kit/class-names';
import { DataTable } from '../kit/data-table';
import { CONTROL_CLASS } from '../kit/field';
import { PageHeader } from '../kit/page-header';
import { QueryState } from '../kit/query-state';
import { EmptyState } from '../kit/states';
import { useTRPC } from '../trpc/client';
import { JOB_COLUMNS, type JobRow } from './job-columns';
import { JOB_GROUPS, type JobListState, jobListParsers, jobsInput } from './job-list-state';

const GROUP_LABEL: Record<(typeof JOB_GROUPS)[number], string> = {
  all: 'All',
  active: 'Unfinished',
  waiting: 'Waiting or paused',
  succeeded: 'Confirmed',
  failed: 'Failed or rolled back',
  cancelled: 'Cancelled',
};
const NO_ROWS: JobRow[] = [];

export function JobList() {
  const trpc = useTRPC();
  const [state, setState] = useQueryStates(jobListParsers, { history: 'replace' });
  const query = useInfiniteQuery(
    trpc.jobs.browse.infiniteQueryOptions(jobsInput(state), {
      getNextPageParam: (page) => page.nextCursor,
      placeholderData: keepPreviousData,
    }),
  );
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.rows) ?? NO_ROWS, [query.data]);
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = query;
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, hasNextPage, isFetchingNextPage]);
  const filtered = state.q !== '' || state.group !== 'all' || state.site !== null;
  return (
    <>
      <PageHeader title="Jobs" lead="One job brings one release onto one gateway." />
      <JobFilters state={state} onChange={(next) => void setState(next)} />
      <section
        aria-label="Job list"
        className="flex max-h-[max(24rem,calc(100dvh-15.25rem))] min-h-96 flex-1 flex-col overflow-hidden rounded-lg border border-line bg-surface max-md:max-h-[max(24rem,calc(100dvh-17.75rem))]"
      >
        <QueryState query={query} loading="Loading jobs" rows={12} failed="The jobs could not be read" />
        {query.data && (
          <DataTable
            label="Jobs"
            columns={JOB_COLUMNS}
            rows={rows}
            rowKey={(row) => row.id}
            total={hasNextPage ? rows.length + 1 : rows.length}
            onEnd={onEnd}
            loadingMore={isFetchingNextPage}
            className={cx('min-h-0 flex-1', query.isPlaceholderData && 'opacity-60')}
            empty={<NoJobs filtered={filtered} onClear={() => void setState(null)} />}
          />
        )}
      </section>
    </>
  );
}

function JobFilters({ state, onChange }: { state: JobListState; onChange: (next: Partial<JobListState>) => void }) {
  const [text, setText] = useState(state.q);
  useEffect(() => setText(state.q), [state.q]);
  useEffect(() => {
    if (text === state.q) return;
    const timer = setTimeout(() => onChange({ q: text }), 200);
    return () => clearTimeout(timer);
  }, [text, state.q, onChange]);
  return (
    <search aria-label="Job filters" className="flex flex-wrap items-center gap-2">
      <input
        data-filter
        type="search"
        aria-label="Filter by job, gateway or version"
        placeholder="Job, gateway or version   /"
        value={text}
        onChange={(event) => setText(event.target.value)}
        className={cx(CONTROL_CLASS, '!w-64 max-md:!w-full')}
      />
      <fieldset aria-label="State" className="flex flex-wrap gap-1">
        {JOB_GROUPS.map((group) => (
          <Button
            key={group}
            variant="quiet"
            aria-pressed={state.group === group}
            onClick={() => onChange({ group })}
            className="px-2.5 aria-pressed:bg-select aria-pressed:font-semibold aria-pressed:text-text"
          >
            {GROUP_LABEL[group]}
          </Button>
        ))}
      </fieldset>
    </search>
  );
}

function NoJobs({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  if (!filtered) return <EmptyState title="No job yet">Open a gateway and choose “Update now” to start the first one.</EmptyState>;
  return (
    <EmptyState title="No job matches" action={<Button onClick={onClear}>Clear the filters</Button>}>
      Choose another state, or try a shorter text.
    </EmptyState>
  );
}
