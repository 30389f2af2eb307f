import { dehydrate, HydrationBoundary } from '@tanstack/react-query';
import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { isAllowed } from '#/domain/access/grants';
import { pageQueries } from '#/server/trpc/page-query';
import { TrustPage } from '#/ui/trust/trust-page';
import { makeQueryClient } from '#/ui/trpc/query-client';

export const metadata: Metadata = { title: 'Keys and trust' };

export default async function Trust() {
  const queryClient = makeQueryClient();
  const { session, trpc } = await pageQueries('/settings/trust', queryClient);
  // Who may not see the keyring has no such page.
  if (!isAllowed(session.actor.grants, 'trust.read', null)) notFound();
  await queryClient.prefetchQuery(trpc.trust.list.queryOptions());
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <TrustPage />
    </HydrationBoundary>
  );
}
