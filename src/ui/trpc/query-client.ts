import { defaultShouldDehydrateQuery, QueryCache, QueryClient, MutationCache } from '@tanstack/react-query';
import superjson from 'superjson';
import { isUnauthenticated } from './errors';

/**
 * A query client for the browser or for one server request. Live hints say what is stale, so nothing refetches by age
 * alone within half a minute; that slow poll on focus is the net behind the hints.
 */
export function makeQueryClient(onSignedOut: () => void = () => undefined): QueryClient {
  const onError = (error: unknown) => {
    if (isUnauthenticated(error)) onSignedOut();
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        retry: (count, error) => count < 2 && !isUnauthenticated(error) && !isRefusal(error),
      },
      dehydrate: { serializeData: superjson.serialize, shouldDehydrateQuery: defaultShouldDehydrateQuery },
      hydrate: { deserializeData: superjson.deserialize },
    },
  });
}

/** Asking again does not change a refusal. */
function isRefusal(error: unknown): boolean {
  const status = (error as { data?: { httpStatus?: number } } | null)?.data?.httpStatus;
  return status !== undefined && status >= 400 && status < 500;
}
