import { dehydrate, HydrationBoundary } from '@tanstack/react-query';
import type { Metadata } from 'next';
import { pageQueries } from '#/server/trpc/page-query';
import { PolicyPage } from '#/ui/policy/policy-page';
import { makeQueryClient } from '#/ui/trpc/query-client';

export const metadata: Metadata = { title: 'Safety policy' };

export default async function SafetyPolicyPage() {
  const queryClient = makeQueryClient();
  const { trpc } = await pageQueries('/safety/policy', queryClient);
  await queryClient.prefetchQuery(trpc.safety.policies.queryOptions());
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <PolicyPage />
    </HydrationBoundary>
  );
}
