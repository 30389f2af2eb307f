import { dehydrate, HydrationBoundary } from '@tanstack/react-query';
import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { isAllowed } from '#/domain/access/grants';
import { pageQueries } from '#/server/trpc/page-query';
import { UploadPage } from '#/ui/releases/upload-page';
import { makeQueryClient } from '#/ui/trpc/query-client';

export const metadata: Metadata = { title: 'Upload an image' };

export default async function Upload() {
  const queryClient = makeQueryClient();
  const { session, trpc } = await pageQueries('/releases/upload', queryClient);
  // Who may not upload has no such page.
  if (!isAllowed(session.actor.grants, 'upload.write', null)) notFound();
  await queryClient.prefetchInfiniteQuery(
    trpc.releases.uploads.infiniteQueryOptions({ limit: 25 }, { getNextPageParam: (page) => page.nextCursor }),
  );
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <UploadPage />
    </HydrationBoundary>
  );
}
