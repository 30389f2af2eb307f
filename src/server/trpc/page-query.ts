/** What a page needs on the server: the session (or off to the sign-in page) and queries that the browser takes over. */
import { createTRPCOptionsProxy } from '@trpc/tanstack-react-query';
import type { QueryClient } from '@tanstack/react-query';
import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { cache } from 'react';
import { appRouter } from './app-router';
import { createTrpcContext, type TrpcContext } from './context';

/** One context per request, however many layouts and pages ask. */
export const requestContext = cache(async (): Promise<TrpcContext> => createTrpcContext(await headers()));

/**
 * Session and typed query options for `queryClient.prefetchQuery` on the server. Without a session the answer is a
 * redirect to the sign-in page that comes back to `path`.
 */
export async function pageQueries(path: string, queryClient: QueryClient) {
  const ctx = await requestContext();
  if (!ctx.session) redirect(`/sign-in?next=${encodeURIComponent(path)}`);
  return { session: ctx.session, trpc: createTRPCOptionsProxy({ ctx, router: appRouter, queryClient }) };
}
