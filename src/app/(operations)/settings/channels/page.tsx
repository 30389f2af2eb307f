import { dehydrate, HydrationBoundary } from '@tanstack/react-query';
import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { isAllowed } from '#/domain/access/grants';
import { pageQueries } from '#/server/trpc/page-query';
import { ChannelsPage } from '#/ui/channels/channels-page';
import { makeQueryClient } from '#/ui/trpc/query-client';

export const metadata: Metadata = { title: 'Notification channels' };

export default async function Channels() {
  const queryClient = makeQueryClient();
  const { session, trpc } = await pageQueries('/settings/channels', queryClient);
  // Who may not manage channels has no such page.
  if (!isAllowed(session.actor.grants, 'channel.manage', null)) notFound();
  await queryClient.prefetchQuery(trpc.channels.list.queryOptions());
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <ChannelsPage />
    </HydrationBoundary>
  );
}
