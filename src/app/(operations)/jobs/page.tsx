import { dehydrate, HydrationBoundary } from '@tanstack/react-query';
import type { Metadata } from 'next';
import type { SearchParams } from 'nuqs/server';
import { pageQueries } from '#/server/trpc/page-query';
import { JobList } from '#/ui/jobs/job-list';
import { jobsInput, loadJobListState } from '#/ui/jobs/job-list-state';
import { makeQueryClient } from '#/ui/trpc/query-client';

export const metadata: Metadata = { title: 'Jobs' };

export default async function JobsPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const state = await loadJobListState(searchParams);
  const queryClient = makeQueryClient();
  const { trpc } = await pageQueries('/jobs', queryClient);
  await queryClient.prefetchInfiniteQuery(
    trpc.jobs.browse.infiniteQueryOptions(jobsInput(state), { getNextPageParam: (page) => page.nextCursor }),
  );
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <JobList />
    </HydrationBoundary>
  );
}
