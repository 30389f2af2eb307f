import { dehydrate, HydrationBoundary } from '@tanstack/react-query';
import type { Metadata } from 'next';
import type { SearchParams } from 'nuqs/server';
import { pageQueries } from '#/server/trpc/page-query';
import { loadReleaseListState, releasesInput } from '#/ui/releases/release-list-state';
import { ReleasesPage } from '#/ui/releases/releases-page';
import { makeQueryClient } from '#/ui/trpc/query-client';

export const metadata: Metadata = { title: 'Releases' };

export default async function Releases({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const state = await loadReleaseListState(searchParams);
  const queryClient = makeQueryClient();
  const { trpc } = await pageQueries('/releases', queryClient);
  await queryClient.prefetchInfiniteQuery(
    trpc.releases.list.infiniteQueryOptions(releasesInput(state), { getNextPageParam: (page) => page.nextCursor }),
  );
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <ReleasesPage />
    </HydrationBoundary>
  );
}
