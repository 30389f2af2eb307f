import { dehydrate, HydrationBoundary } from '@tanstack/react-query';
import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { z } from 'zod';
import { pageQueries } from '#/server/trpc/page-query';
import { ReleasePage } from '#/ui/releases/release-page';
import { makeQueryClient } from '#/ui/trpc/query-client';

export const metadata: Metadata = { title: 'Release' };

export default async function OneReleasePage({ params }: { params: Promise<{ release: string }> }) {
  const { release: releaseId } = await params;
  if (!z.uuid().safeParse(releaseId).success) notFound();
  const queryClient = makeQueryClient();
  const { trpc } = await pageQueries(`/releases/${releaseId}`, queryClient);
  const release = await queryClient.fetchQuery(trpc.releases.get.queryOptions({ releaseId })).catch((error: unknown) => {
    // Anything else is shown by the page, which asks again.
    if ((error as { data?: { code?: string } }).data?.code === 'NOT_FOUND' || (error as { code?: string }).code === 'NOT_FOUND')
      return null;
    return undefined;
  });
  if (release === null) notFound();
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <ReleasePage releaseId={releaseId} />
    </HydrationBoundary>
  );
}
