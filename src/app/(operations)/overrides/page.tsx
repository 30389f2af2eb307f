import { dehydrate, HydrationBoundary } from '@tanstack/react-query';
import type { Metadata } from 'next';
import type { SearchParams } from 'nuqs/server';
import { pageQueries } from '#/server/trpc/page-query';
import { OverridesPage } from '#/ui/overrides/overrides-page';
import { loadOverrideState } from '#/ui/overrides/overrides-state';
import { makeQueryClient } from '#/ui/trpc/query-client';

export const metadata: Metadata = { title: 'Overrides' };

export default async function Overrides({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const { tab, open } = await loadOverrideState(searchParams);
  const queryClient = makeQueryClient();
  const { trpc } = await pageQueries(open ? `/overrides?open=${encodeURIComponent(open)}` : '/overrides', queryClient);
  await Promise.all([
    queryClient.prefetchQuery(trpc.overrides.inForce.queryOptions()),
    ...(tab === 'waiting' ? [queryClient.prefetchQuery(trpc.overrides.inbox.queryOptions())] : []),
    ...(open ? [queryClient.prefetchQuery(trpc.overrides.byId.queryOptions({ overrideId: open }))] : []),
  ]);
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <OverridesPage />
    </HydrationBoundary>
  );
}
