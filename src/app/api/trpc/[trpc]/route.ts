/** The door for tRPC: queries, mutations and the live streams of the browser. */
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { appRouter } from '#/server/trpc/app-router';
import { createTrpcContext } from '#/server/trpc/context';

export const dynamic = 'force-dynamic';

function handle(request: Request): Promise<Response> {
  return fetchRequestHandler({
    endpoint: '/api/trpc',
    req: request,
    router: appRouter,
    createContext: () => createTrpcContext(request.headers),
  });
}

export { handle as GET, handle as POST };
