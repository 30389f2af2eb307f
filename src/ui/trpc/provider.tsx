'use client';
import { QueryClientProvider } from '@tanstack/react-query';
import { createTRPCClient, httpBatchLink, httpSubscriptionLink, splitLink } from '@trpc/client';
import { type ReactNode, useState } from 'react';
import superjson from 'superjson';
import type { AppRouter } from '#/server/trpc/app-router';
import { TRPCProvider } from './client';
import { goToSignIn } from './go-to-sign-in';
import { makeQueryClient } from './query-client';

const URL_PATH = '/api/trpc';

/** Gives the tree below it the query cache and the typed client. */
export function ApiProvider({ children }: { children: ReactNode }) {
  const [queryClient] = useState(() => makeQueryClient(goToSignIn));
  const [trpcClient] = useState(() =>
    createTRPCClient<AppRouter>({
      links: [
        splitLink({
          condition: (operation) => operation.type === 'subscription',
          true: httpSubscriptionLink({ url: URL_PATH, transformer: superjson }),
          false: httpBatchLink({ url: URL_PATH, transformer: superjson, maxURLLength: 6000 }),
        }),
      ],
    }),
  );
  return (
    <QueryClientProvider client={queryClient}>
      <TRPCProvider trpcClient={trpcClient} queryClient={queryClient}>
        {children}
      </TRPCProvider>
    </QueryClientProvider>
  );
}
