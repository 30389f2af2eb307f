'use client';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { toast } from 'sonner';
import { Button } from '../kit/button';
import { Dialog } from '../kit/dialog';
import { MoreRows } from '../kit/more-rows';
import { Panel } from '../kit/panel';
import { QueryState } from '../kit/query-state';
import { Segments } from '../kit/segments';
import { EmptyState } from '../kit/states';
import { type RouterOutputs, useTRPC } from '../trpc/client';
import { explainError } from '../trpc/errors';
import { RestoreDialog } from './restore-dialog';
import { SnapshotDialog } from './snapshot-dialog';
import { SnapshotsTable } from './snapshots-table';

type Overview = RouterOutputs['recovery']['overview'];
export type SnapshotRow = RouterOutputs['recovery']['snapshots']['rows'][number];
type Open = { kind: 'create' } | { kind: 'restore' | 'delete'; snapshot: SnapshotRow } | null;

/** What the gateway keeps to go back to: make one, restore one, delete one. */
export function SnapshotsPanel({ overview }: { overview: Overview }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const { gateway, may, limits } = overview;
  const [group, setGroup] = useState<'live' | 'all'>('live');
  const [open, setOpen] = useState<Open>(null);
  const query = useInfiniteQuery(
    trpc.recovery.snapshots.infiniteQueryOptions({ gatewayId: gateway.id, group }, { getNextPageParam: (page) => page.nextCursor }),
  );
  const remove = useMutation(
    trpc.recovery.deleteSnapshot.mutationOptions({
      onSuccess: () =>
        void toast('The snapshot is to be deleted', { description: 'It leaves the list when the gateway says that it is gone.' }),
      onError: (error) => void toast.error('The snapshot stays', { description: explainError(error).message }),
      onSettled: () => {
        setOpen(null);
        return queryClient.invalidateQueries(trpc.recovery.pathFilter());
      },
    }),
  );
  const rows = query.data?.pages.flatMap((page) => page.rows) ?? [];
  return (
    <Panel
      title="Snapshots"
      flush
      aside={
        <>
          <span>
            {overview.snapshots.length} kept; up to {limits.maxSnapshots} made by people
          </span>
          <Segments
            label="Which snapshots"
            value={group}
            options={[
              { value: 'live', label: 'On the gateway' },
              { value: 'all', label: 'Also gone ones' },
            ]}
            onChange={setGroup}
          />
          {may.snapshot && <Button onClick={() => setOpen({ kind: 'create' })}>Make a snapshot</Button>}
        </>
      }
    >
      <QueryState query={query} loading="Loading snapshots" rows={4} failed="The snapshots could not be read" />
      {query.data && rows.length === 0 && (
        <EmptyState title="No snapshot yet">
          One is made by itself before an update that asks for it. Make one by hand before you change something on the gateway.
        </EmptyState>
      )}
      {rows.length > 0 && (
        <SnapshotsTable
          rows={rows}
          zone={gateway.site.timezone}
          may={may}
          onRestore={(snapshot) => setOpen({ kind: 'restore', snapshot })}
          onDelete={(snapshot) => setOpen({ kind: 'delete', snapshot })}
        />
      )}
      <MoreRows query={query} />
      {open?.kind === 'create' && <SnapshotDialog gateway={gateway} onClose={() => setOpen(null)} />}
      {open?.kind === 'restore' && <RestoreDialog gateway={gateway} snapshot={open.snapshot} onClose={() => setOpen(null)} />}
      {open?.kind === 'delete' && (
        <Dialog
          open
          onOpenChange={(stays) => !stays && setOpen(null)}
          title={`Delete ${open.snapshot.name}?`}
          description={`${open.snapshot.id} is removed from the gateway. Nobody can restore it afterwards.`}
          footer={
            <>
              <Button onClick={() => setOpen(null)}>Keep it</Button>
              <Button variant="danger" busy={remove.isPending} onClick={() => remove.mutate({ snapshotId: open.snapshot.id })}>
                Delete {open.snapshot.id}
              </Button>
            </>
          }
        >
          <p className="text-sm">Its entry stays here, marked as deleted.</p>
        </Dialog>
      )}
    </Panel>
  );
}
