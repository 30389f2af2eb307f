import { dehydrate, HydrationBoundary } from '@tanstack/react-query';
import type { Metadata } from 'next';
import { notFound, redirect } from 'next/navigation';
import { gatewayIdOf } from '#/server/gateways/gateway-id-of';
import { pageQueries } from '#/server/trpc/page-query';
import { makeQueryClient } from '#/ui/trpc/query-client';
import { UpdatePage } from '#/ui/updates/update-page';

export const metadata: Metadata = { title: 'Update now' };

export default async function UpdateNowPage({ params }: { params: Promise<{ gateway: string }> }) {
  const { gateway } = await params;
  const queryClient = makeQueryClient();
  const { session, trpc } = await pageQueries(`/gateways/${gateway}/update`, queryClient);
  const gatewayId = await gatewayIdOf(session.actor, decodeURIComponent(gateway));
  if (gatewayId === null) notFound();
  if (gatewayId !== gateway) redirect(`/gateways/${gatewayId}/update`);
  await Promise.all([
    queryClient.prefetchQuery(trpc.gateways.byId.queryOptions({ gatewayId })),
    queryClient.prefetchQuery(trpc.settings.read.queryOptions({ gatewayId })),
  ]);
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <UpdatePage gatewayId={gatewayId} />
    </HydrationBoundary>
  );
}
