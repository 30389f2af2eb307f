import { dehydrate, HydrationBoundary } from '@tanstack/react-query';
import type { Metadata } from 'next';
import { pageQueries } from '#/server/trpc/page-query';
import { ComparePage } from '#/ui/releases/compare-page';
import { makeQueryClient } from '#/ui/trpc/query-client';

export const metadata: Metadata = { title: 'Compare releases' };

export default async function Compare() {
  const queryClient = makeQueryClient();
  const { trpc } = await pageQueries('/releases/compare', queryClient);
  await queryClient.prefetchQuery(trpc.releases.list.queryOptions({ limit: 200 }));
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <ComparePage />
    </HydrationBoundary>
  );
}
