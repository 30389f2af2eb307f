import { dehydrate, HydrationBoundary, type QueryClient } from '@tanstack/react-query';
import type { Metadata } from 'next';
import { notFound, redirect } from 'next/navigation';
import type { SearchParams } from 'nuqs/server';
import { gatewayIdOf } from '#/server/gateways/gateway-id-of';
import { pageQueries } from '#/server/trpc/page-query';
import { GatewayPage } from '#/ui/gateway/gateway-page';
import { gatewayJobsInput, loadGatewayPageState, logsInput } from '#/ui/gateway/gateway-page-state';
import { makeQueryClient } from '#/ui/trpc/query-client';

export const metadata: Metadata = { title: 'Gateway' };

type Props = { params: Promise<{ gateway: string }>; searchParams: Promise<SearchParams> };

/** The address may name the gateway by its plant name too; it then leads to the address with the id. */
export default async function OneGatewayPage({ params, searchParams }: Props) {
  const { gateway } = await params;
  const state = await loadGatewayPageState(searchParams);
  const queryClient = makeQueryClient();
  const { session, trpc } = await pageQueries(`/gateways/${gateway}`, queryClient);
  const gatewayId = await gatewayIdOf(session.actor, decodeURIComponent(gateway));
  if (gatewayId === null) notFound();
  if (gatewayId !== gateway) redirect(`/gateways/${gatewayId}${await queryOf(searchParams)}`);
  await Promise.all([
    queryClient.prefetchQuery(trpc.gateways.byId.queryOptions({ gatewayId })),
    prefetchTab(trpc, queryClient, gatewayId, state),
  ]);
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <GatewayPage gatewayId={gatewayId} />
    </HydrationBoundary>
  );
}

/** The query of the address as it came, so that a link by name may lead to a tab. */
async function queryOf(searchParams: Props['searchParams']): Promise<string> {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(await searchParams)) for (const one of [value ?? []].flat()) query.append(name, one);
  return query.size > 0 ? `?${query}` : '';
}

type Queries = Awaited<ReturnType<typeof pageQueries>>['trpc'];
type State = Awaited<ReturnType<typeof loadGatewayPageState>>;

/** What the open tab shows at once. */
function prefetchTab(trpc: Queries, queryClient: QueryClient, gatewayId: string, state: State): Promise<void> {
  switch (state.tab) {
    case 'status':
      return queryClient.prefetchQuery(trpc.safety.status.queryOptions({ gatewayId }));
    case 'vitals':
      return queryClient.prefetchQuery(trpc.telemetry.history.queryOptions({ gatewayId, range: state.range }));
    case 'jobs':
      return queryClient.prefetchInfiniteQuery(
        trpc.jobs.browse.infiniteQueryOptions(gatewayJobsInput(gatewayId), { getNextPageParam: (page) => page.nextCursor }),
      );
    case 'recovery':
      return queryClient.prefetchQuery(trpc.recovery.overview.queryOptions({ gatewayId }));
    case 'timeline':
      return queryClient.prefetchInfiniteQuery(
        trpc.gateways.timeline.infiniteQueryOptions({ gatewayId, limit: 60 }, { getNextPageParam: (page) => page.nextCursor }),
      );
    case 'log':
      return queryClient.prefetchInfiniteQuery(
        trpc.logs.browse.infiniteQueryOptions(logsInput(gatewayId, state), { getNextPageParam: (page) => page.nextCursor }),
      );
    case 'settings':
      return queryClient.prefetchQuery(trpc.settings.read.queryOptions({ gatewayId }));
  }
}
