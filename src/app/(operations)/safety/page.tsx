import { dehydrate, HydrationBoundary } from '@tanstack/react-query';
import type { Metadata } from 'next';
import type { SearchParams } from 'nuqs/server';
import { pageQueries } from '#/server/trpc/page-query';
import { BoardPage } from '#/ui/safety/board-page';
import { boardInput, loadBoardState } from '#/ui/safety/board-state';
import { makeQueryClient } from '#/ui/trpc/query-client';

export const metadata: Metadata = { title: 'Safety board' };

export default async function SafetyBoard({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const state = await loadBoardState(searchParams);
  const queryClient = makeQueryClient();
  const { trpc } = await pageQueries('/safety', queryClient);
  await queryClient.prefetchInfiniteQuery(
    trpc.safety.board.infiniteQueryOptions(boardInput(state), { getNextPageParam: (page) => page.nextCursor }),
  );
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <BoardPage />
    </HydrationBoundary>
  );
}
