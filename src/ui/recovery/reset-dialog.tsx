'use client';
import { useMutation } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { CheckField } from '../kit/field';
import { type RouterOutputs, useTRPC } from '../trpc/client';
import { OrderDialog } from './order-dialog';
import { useRecoveryPlan } from './recovery-plan';
import { RESET_WORDS, type ResetType } from './recovery-words';

type Props = { gateway: RouterOutputs['recovery']['overview']['gateway']; onClose: () => void };

/** Wipes configuration, data or both. The gateway stays enrolled; its keys and safety state stay. */
export function ResetDialog({ gateway, onClose }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const [resetType, setResetType] = useState<ResetType>('config');
  const [backup, setBackup] = useState(true);
  const [preserveNetwork, setPreserveNetwork] = useState(true);
  const plan = useRecoveryPlan({ operation: 'factory_reset', gatewayId: gateway.id, resetType, backup, preserveNetwork });
  const order = useMutation(trpc.recovery.factoryReset.mutationOptions({ onSuccess: ({ jobId }) => router.push(`/jobs/${jobId}`) }));
  return (
    <OrderDialog
      title={`Factory reset of ${gateway.name}`}
      description="What is wiped is gone, except for what the backup keeps."
      gateway={gateway}
      plan={plan}
      confirm={`Reset ${gateway.name}`}
      danger
      reasonLength={10}
      busy={order.isPending || order.isSuccess}
      error={order.error}
      onOrder={({ confirmCrane, reason, pin }) =>
        order.mutate({ gatewayId: gateway.id, resetType, backup, preserveNetwork, reason, pin, confirmCrane })
      }
      onClose={onClose}
    >
      <fieldset className="flex flex-col gap-1.5">
        <legend className="pb-1 text-xs font-medium text-muted">What is wiped</legend>
        {(Object.keys(RESET_WORDS) as ResetType[]).map((type) => (
          <label key={type} className="flex min-h-6 items-start gap-2 text-sm">
            <input
              type="radio"
              name="reset-type"
              value={type}
              checked={type === resetType}
              onChange={() => setResetType(type)}
              className="mt-0.5 size-5 shrink-0 accent-info-fill max-md:size-6"
            />
            <span className="leading-6">
              {RESET_WORDS[type].label}
              <span className="block text-xs text-muted">{RESET_WORDS[type].hint}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <div className="flex flex-col gap-1.5">
        <CheckField
          label="Make a backup first"
          hint="Of data and configuration. A backup that fails stops the reset."
          checked={backup}
          onChange={(event) => setBackup(event.target.checked)}
        />
        <CheckField
          label="Keep the network settings"
          hint="Without them the gateway may not find its way back."
          checked={preserveNetwork}
          onChange={(event) => setPreserveNetwork(event.target.checked)}
        />
      </div>
    </OrderDialog>
  );
}
