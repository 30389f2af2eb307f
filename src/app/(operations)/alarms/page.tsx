import { dehydrate, HydrationBoundary } from '@tanstack/react-query';
import type { Metadata } from 'next';
import type { SearchParams } from 'nuqs/server';
import { pageQueries } from '#/server/trpc/page-query';
import { AlarmList } from '#/ui/alarms/alarm-list';
import { alarmsInput, loadAlarmListState } from '#/ui/alarms/alarm-list-state';
import { makeQueryClient } from '#/ui/trpc/query-client';

export const metadata: Metadata = { title: 'Alarms' };

export default async function AlarmsPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const state = await loadAlarmListState(searchParams);
  const queryClient = makeQueryClient();
  const { trpc } = await pageQueries('/alarms', queryClient);
  await queryClient.prefetchInfiniteQuery(
    trpc.alarms.browse.infiniteQueryOptions(alarmsInput(state), { getNextPageParam: (page) => page.nextCursor }),
  );
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <AlarmList />
    </HydrationBoundary>
  );
}
