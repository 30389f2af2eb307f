'use client';
/** Every job, newest first, with bars that move. */
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useQueryStates } from 'nuqs';
import { Button } from '../kit/button';
import { ListSection, useRows } from '../kit/list-section';
import { PageHeader } from '../kit/page-header';
import { SearchBox } from '../kit/search-box';
import { Segments } from '../kit/segments';
import { EmptyState } from '../kit/states';
import { useTRPC } from '../trpc/client';
import { JOB_COLUMNS } from './job-columns';
import { JOB_GROUPS, type JobListState, jobListParsers, jobsInput } from './job-list-state';

const GROUP_WORDS: Record<(typeof JOB_GROUPS)[number], string> = {
  all: 'All',
  active: 'Unfinished',
  waiting: 'Waiting or paused',
  succeeded: 'Confirmed',
  failed: 'Failed or rolled back',
  cancelled: 'Cancelled',
};
const GROUP_OPTIONS = JOB_GROUPS.map((value) => ({ value, label: GROUP_WORDS[value] }));

export function JobList() {
  const trpc = useTRPC();
  const [state, setState] = useQueryStates(jobListParsers, { history: 'replace' });
  const query = useInfiniteQuery(
    trpc.jobs.browse.infiniteQueryOptions(jobsInput(state), {
      getNextPageParam: (page) => page.nextCursor,
      placeholderData: keepPreviousData,
    }),
  );
  const filtered = state.q !== '' || state.group !== 'all' || state.site !== null;
  return (
    <>
      <PageHeader title="Jobs" lead="One job brings one release onto one gateway." />
      <JobFilters state={state} onChange={(next) => void setState(next)} />
      <ListSection
        label="Jobs"
        query={query}
        rows={useRows(query.data)}
        columns={JOB_COLUMNS}
        rowKey={(row) => row.id}
        loading="Loading jobs"
        failed="The jobs could not be read"
        empty={<NoJobs filtered={filtered} onClear={() => void setState(null)} />}
      />
    </>
  );
}

function JobFilters({ state, onChange }: { state: JobListState; onChange: (next: Partial<JobListState>) => void }) {
  return (
    <search aria-label="Job filters" className="flex flex-wrap items-center gap-2">
      <SearchBox
        label="Filter by job, gateway or version"
        placeholder="Job, gateway or version   /"
        value={state.q}
        onChange={(q) => onChange({ q })}
      />
      <Segments label="State" value={state.group} options={GROUP_OPTIONS} onChange={(group) => onChange({ group })} />
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
