import { dehydrate, HydrationBoundary } from '@tanstack/react-query';
import type { Metadata } from 'next';
import { pageQueries } from '#/server/trpc/page-query';
import { FleetOverview } from '#/ui/overview/fleet-overview';
import { makeQueryClient } from '#/ui/trpc/query-client';

export const metadata: Metadata = { title: 'Overview' };

export default async function OverviewPage({ searchParams }: { searchParams: Promise<{ site?: string }> }) {
  const { site } = await searchParams;
  const queryClient = makeQueryClient();
  const { trpc } = await pageQueries(site ? `/?site=${encodeURIComponent(site)}` : '/', queryClient);
  const scope = { siteCode: site };
  await Promise.all([
    queryClient.prefetchQuery(trpc.fleet.summary.queryOptions(scope)),
    queryClient.prefetchQuery(trpc.fleet.attention.queryOptions(scope)),
    queryClient.prefetchQuery(trpc.fleet.running.queryOptions(scope)),
  ]);
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <FleetOverview />
    </HydrationBoundary>
  );
}
