'use client';
import { useMutation } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { type RouterOutputs, useTRPC } from '../trpc/client';
import { OrderDialog } from './order-dialog';
import { useRecoveryPlan } from './recovery-plan';
import { partsText } from './recovery-words';

type Props = {
  gateway: RouterOutputs['recovery']['overview']['gateway'];
  snapshot: RouterOutputs['recovery']['snapshots']['rows'][number];
  onClose: () => void;
};

/** A snapshot back: its image onto the inactive slot, and booted; or its files alone under the version that runs. */
export function RestoreDialog({ gateway, snapshot, onClose }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const files = snapshot.restores?.way === 'files';
  const plan = useRecoveryPlan({ operation: 'restore', gatewayId: gateway.id, snapshotId: snapshot.id });
  const order = useMutation(trpc.recovery.restore.mutationOptions({ onSuccess: ({ jobId }) => router.push(`/jobs/${jobId}`) }));
  return (
    <OrderDialog
      title={`Restore ${snapshot.name}`}
      description={`${snapshot.id}: ${partsText(snapshot.contents)} of ${snapshot.version ?? 'an unknown version'}. Its hash is proven before anything is written.${files ? ' It holds no image: the slots are not touched.' : ''}`}
      gateway={gateway}
      plan={plan}
      confirm={`Restore ${snapshot.id}`}
      danger
      reasonLength={3}
      busy={order.isPending || order.isSuccess}
      error={order.error}
      onOrder={({ confirmCrane, reason }) => order.mutate({ gatewayId: gateway.id, snapshotId: snapshot.id, reason, confirmCrane })}
      onClose={onClose}
    />
  );
}
