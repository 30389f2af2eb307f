import { dehydrate, HydrationBoundary } from '@tanstack/react-query';
import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { DomainError } from '#/domain/errors/domain-error';
import { findJob } from '#/server/jobs/find-job';
import { pageQueries } from '#/server/trpc/page-query';
import { JobPage } from '#/ui/jobs/job-page';
import { makeQueryClient } from '#/ui/trpc/query-client';

type Props = { params: Promise<{ job: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Job ${decodeURIComponent((await params).job)}` };
}

export default async function OneJobPage({ params }: Props) {
  const jobId = decodeURIComponent((await params).job);
  const queryClient = makeQueryClient();
  const { session, trpc } = await pageQueries(`/jobs/${jobId}`, queryClient);
  const found = await findJob(session.actor, jobId).catch((error: unknown) => {
    if (error instanceof DomainError) return null;
    throw error;
  });
  if (!found) notFound();
  await Promise.all([
    queryClient.prefetchQuery(trpc.jobs.byId.queryOptions({ jobId })),
    queryClient.prefetchInfiniteQuery(
      trpc.jobs.events.infiniteQueryOptions({ jobId, limit: 50 }, { getNextPageParam: (page) => page.nextCursor }),
    ),
  ]);
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <JobPage jobId={jobId} />
    </HydrationBoundary>
  );
}
