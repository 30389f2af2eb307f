'use client';
import { useMutation } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { CheckField } from '../kit/field';
import { type RouterOutputs, useTRPC } from '../trpc/client';
import { OrderDialog } from './order-dialog';
import { useRecoveryPlan } from './recovery-plan';

type Props = { overview: RouterOutputs['recovery']['overview']; onClose: () => void };

/** Back to the version on the other slot. */
export function RollbackDialog({ overview, onClose }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const { gateway } = overview;
  const [preserveData, setPreserveData] = useState(true);
  const [diagnosticReport, setDiagnosticReport] = useState(false);
  const plan = useRecoveryPlan({ operation: 'rollback', gatewayId: gateway.id, preserveData });
  const order = useMutation(trpc.recovery.rollback.mutationOptions({ onSuccess: ({ jobId }) => router.push(`/jobs/${jobId}`) }));
  return (
    <OrderDialog
      title={`Roll ${gateway.name} back`}
      description={`From ${gateway.activeVersion ?? 'the running version'} to ${overview.rollback.version ?? 'the other slot'}, which booted and proved its health before.`}
      gateway={gateway}
      plan={plan}
      confirm={`Roll back to ${overview.rollback.version ?? 'the other slot'}`}
      reasonLength={3}
      busy={order.isPending || order.isSuccess}
      error={order.error}
      onOrder={({ confirmCrane, reason }) => order.mutate({ gatewayId: gateway.id, reason, confirmCrane, preserveData, diagnosticReport })}
      onClose={onClose}
    >
      <div className="flex flex-col gap-1.5">
        <CheckField
          label="Keep data"
          hint={
            overview.may.restore
              ? 'Otherwise data goes back to the automatic snapshot of then. Configuration stays in any case.'
              : 'Only who may restore snapshots can give it up. Configuration stays in any case.'
          }
          checked={preserveData}
          disabled={!overview.may.restore}
          onChange={(event) => setPreserveData(event.target.checked)}
        />
        <CheckField
          label="Collect a diagnostic report first"
          checked={diagnosticReport}
          onChange={(event) => setDiagnosticReport(event.target.checked)}
        />
      </div>
    </OrderDialog>
  );
}
