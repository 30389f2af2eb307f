'use client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { toast } from 'sonner';
import { Button } from '../kit/button';
import { Panel } from '../kit/panel';
import { QueryState } from '../kit/query-state';
import { EmptyState } from '../kit/states';
import { useTRPC } from '../trpc/client';
import { explainError } from '../trpc/errors';
import { CreateTokenDialog } from './create-token-dialog';
import { TokensTable } from './tokens-table';

/** The person's API tokens: create (shown once), see when they were used, revoke. */
export function TokensPanel() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [creating, setCreating] = useState(false);
  const tokens = useQuery(trpc.account.tokens.queryOptions());
  const reload = () => queryClient.invalidateQueries(trpc.account.tokens.queryFilter());
  const revoke = useMutation(
    trpc.account.revokeToken.mutationOptions({
      onSuccess: () => {
        toast('The token is revoked');
        void reload();
      },
      onError: (error) => toast.error('The token could not be revoked', { description: explainError(error).message }),
    }),
  );
  return (
    <Panel
      title="API tokens"
      flush
      aside={
        <Button variant="primary" onClick={() => setCreating(true)}>
          Create a token
        </Button>
      }
    >
      <QueryState query={tokens} loading="Loading tokens" rows={3} failed="The tokens could not be read" />
      {tokens.data?.length === 0 && (
        <EmptyState title="No token yet">A program needs one to use the REST interface or the WebSocket in your name.</EmptyState>
      )}
      {tokens.data && tokens.data.length > 0 && (
        <TokensTable
          tokens={tokens.data}
          revoking={revoke.isPending ? (revoke.variables?.tokenId ?? null) : null}
          onRevoke={(tokenId) => revoke.mutate({ tokenId })}
        />
      )}
      <CreateTokenDialog open={creating} onOpenChange={setCreating} onCreated={() => void reload()} />
    </Panel>
  );
}
