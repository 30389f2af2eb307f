import { dehydrate, HydrationBoundary } from '@tanstack/react-query';
import type { Metadata } from 'next';
import type { SearchParams } from 'nuqs/server';
import { pageQueries } from '#/server/trpc/page-query';
import { GatewayList } from '#/ui/gateways/gateway-list';
import { browseInput, loadListState } from '#/ui/gateways/list-state';
import { makeQueryClient } from '#/ui/trpc/query-client';

export const metadata: Metadata = { title: 'Gateways' };

export default async function GatewaysPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const state = await loadListState(searchParams);
  const queryClient = makeQueryClient();
  const { trpc } = await pageQueries('/gateways', queryClient);
  await Promise.all([
    queryClient.prefetchInfiniteQuery(
      trpc.gateways.browse.infiniteQueryOptions(browseInput(state), { getNextPageParam: (page) => page.nextCursor }),
    ),
    queryClient.prefetchQuery(trpc.gateways.facets.queryOptions()),
  ]);
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <GatewayList />
    </HydrationBoundary>
  );
}
