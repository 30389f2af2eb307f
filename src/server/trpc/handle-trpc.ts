/** The tRPC door, framework-free: queries, mutations and the live streams of the browser. */
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { requireSameOrigin } from '../access/same-origin';
import { appRouter } from './app-router';
import { createTrpcContext } from './context';
import { toTrpcError } from './error-map';

/** Answers a request below /api/trpc. */
export function handleTrpc(request: Request): Promise<Response> {
  return fetchRequestHandler({
    endpoint: '/api/trpc',
    req: request,
    router: appRouter,
    createContext: async () => {
      // tRPC takes mutations by POST only, and the session here is always a cookie.
      if (request.method !== 'GET') refuseForeign(request.headers);
      return createTrpcContext(request.headers);
    },
  });
}

function refuseForeign(headers: Headers): void {
  try {
    requireSameOrigin(headers);
  } catch (error) {
    throw toTrpcError(error);
  }
}
