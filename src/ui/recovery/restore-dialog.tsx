'use client';
import { useMutation } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { type RouterOutputs, useTRPC } from '../trpc/client';
import { OrderDialog } from './order-dialog';
import { useRecoveryPlan } from './recovery-plan';
import { PartChecks } from './part-checks';
import { partsText, SNAPSHOT_PART_WORDS } from './recovery-words';

type Props = {
  gateway: RouterOutputs['recovery']['overview']['gateway'];
  snapshot: RouterOutputs['recovery']['snapshots']['rows'][number];
  onClose: () => void;
};

const { data, config } = SNAPSHOT_PART_WORDS;
const RESTORED_WORDS = { data, config };

/** A snapshot back: its image onto the inactive slot, and booted; or its files alone under the version that runs. */
export function RestoreDialog({ gateway, snapshot, onClose }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const files = snapshot.restores?.way === 'files';
  const held = files ? (snapshot.restores?.parts ?? []) : [];
  const [parts, setParts] = useState(held);
  // With none chosen the form says so, and the plan of before stays.
  const [planned, setPlanned] = useState(held);
  const chosen = (of: typeof held) => (of.length === 0 || of.length === held.length ? {} : { parts: of });
  const plan = useRecoveryPlan({ operation: 'restore', gatewayId: gateway.id, snapshotId: snapshot.id, ...chosen(planned) });
  const order = useMutation(trpc.recovery.restore.mutationOptions({ onSuccess: ({ jobId }) => router.push(`/jobs/${jobId}`) }));
  return (
    <OrderDialog
      title={`Restore ${snapshot.name}`}
      description={`${snapshot.id}: ${partsText(snapshot.contents)} of ${snapshot.version ?? 'an unknown version'}. Its hash is proven before anything is written.${files ? ' No image is restored: the slots are not touched.' : ''}`}
      gateway={gateway}
      plan={plan}
      confirm={`Restore ${snapshot.id}`}
      danger
      incomplete={files && parts.length === 0}
      reasonLength={3}
      busy={order.isPending || order.isSuccess}
      error={order.error}
      onOrder={({ confirmCrane, reason }) =>
        order.mutate({ gatewayId: gateway.id, snapshotId: snapshot.id, reason, confirmCrane, ...chosen(parts) })
      }
      onClose={onClose}
    >
      {held.length > 1 && (
        <PartChecks
          label="What is put back"
          words={RESTORED_WORDS}
          chosen={parts}
          onChange={(next) => {
            setParts(next);
            if (next.length > 0) setPlanned(next);
          }}
        />
      )}
    </OrderDialog>
  );
}
