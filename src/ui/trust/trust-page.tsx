'use client';
/** Whose signature counts: keys and certificates, revocation lists, and what the gateways pin. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useCan } from '../access/access';
import { Button } from '../kit/button';
import { PageHeader } from '../kit/page-header';
import { Panel } from '../kit/panel';
import { QueryState } from '../kit/query-state';
import { EmptyState } from '../kit/states';
import { type RouterOutputs, useTRPC } from '../trpc/client';
import { AddMaterialDialog } from './add-material-dialog';
import { EndKeyDialog, type KeyEnd } from './end-key-dialog';
import { KeysTable } from './keys-table';
import { PinsPanel } from './pins-panel';
import { RevocationLists } from './revocation-lists';

export type TrustState = RouterOutputs['trust']['list'];
export type KeyRow = TrustState['keys'][number];

export function TrustPage() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const mayManage = useCan()('trust.manage', null);
  const [adding, setAdding] = useState<'key' | 'list' | null>(null);
  const [ending, setEnding] = useState<KeyEnd | null>(null);
  const trust = useQuery(
    trpc.trust.list.queryOptions(undefined, { refetchInterval: ({ state }) => (state.data?.rotation?.waiting ? 3000 : 10_000) }),
  );
  const onDone = () => queryClient.invalidateQueries(trpc.trust.pathFilter());
  return (
    <>
      <PageHeader
        crumbs={[]}
        title="Keys and trust"
        lead="An image counts as signed when one of these keys has signed it. Gateways check again with the keys that they have pinned themselves."
        actions={
          mayManage ? (
            <>
              <Button onClick={() => setAdding('list')}>Add a revocation list</Button>
              <Button variant="primary" onClick={() => setAdding('key')}>
                Add a key
              </Button>
            </>
          ) : undefined
        }
      />
      <Panel title="Keys" flush>
        <QueryState query={trust} loading="Loading keys" rows={3} failed="The keys could not be read" />
        {trust.data?.keys.length === 0 && (
          <EmptyState title="No key yet">
            Nothing that anybody signs counts. A key officer adds the public keys of those who build releases.
          </EmptyState>
        )}
        {trust.data && trust.data.keys.length > 0 && <KeysTable keys={trust.data.keys} onEnd={mayManage ? setEnding : null} />}
      </Panel>
      {trust.data && <PinsPanel trust={trust.data} mayManage={mayManage} onDone={onDone} />}
      {trust.data && <RevocationLists lists={trust.data.lists} />}
      <AddMaterialDialog what={adding} onClose={() => setAdding(null)} onDone={onDone} />
      <EndKeyDialog end={ending} onClose={() => setEnding(null)} onDone={onDone} />
    </>
  );
}
