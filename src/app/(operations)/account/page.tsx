import { dehydrate, HydrationBoundary } from '@tanstack/react-query';
import type { Metadata } from 'next';
import { pageQueries } from '#/server/trpc/page-query';
import { AccountPage } from '#/ui/account/account-page';
import { makeQueryClient } from '#/ui/trpc/query-client';

export const metadata: Metadata = { title: 'Account' };

export default async function Account() {
  const queryClient = makeQueryClient();
  const { trpc } = await pageQueries('/account', queryClient);
  await Promise.all([
    queryClient.prefetchQuery(trpc.account.tokens.queryOptions()),
    queryClient.prefetchQuery(trpc.account.pin.queryOptions()),
  ]);
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <AccountPage />
    </HydrationBoundary>
  );
}
