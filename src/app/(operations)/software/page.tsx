import { dehydrate, HydrationBoundary } from '@tanstack/react-query';
import type { Metadata } from 'next';
import type { SearchParams } from 'nuqs/server';
import { pageQueries } from '#/server/trpc/page-query';
import { SoftwarePage } from '#/ui/releases/software-page';
import { loadSoftwareState, softwareInput } from '#/ui/releases/software-state';
import { makeQueryClient } from '#/ui/trpc/query-client';

export const metadata: Metadata = { title: 'Search packages' };

export default async function Software({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const input = softwareInput(await loadSoftwareState(searchParams));
  const queryClient = makeQueryClient();
  const { trpc } = await pageQueries('/software', queryClient);
  if (input !== null)
    await queryClient.prefetchInfiniteQuery(
      trpc.releases.sbomSearch.infiniteQueryOptions(input, { getNextPageParam: (page) => page.nextCursor }),
    );
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <SoftwarePage />
    </HydrationBoundary>
  );
}
