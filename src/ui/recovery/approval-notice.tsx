'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { useState } from 'react';
import { toast } from 'sonner';
import { Button } from '../kit/button';
import { Notice } from '../kit/notice';
import { StepUpDialog } from '../overrides/step-up-dialog';
import { type RouterOutputs, useTRPC } from '../trpc/client';
import { partsText, RESET_WORDS } from './recovery-words';

/** A restore or reset that waits for another person, where the site's policy asks for one. */
export function ApprovalNotice({ overview }: { overview: RouterOutputs['recovery']['overview'] }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [open, setOpen] = useState(false);
  const approve = useMutation(
    trpc.recovery.approve.mutationOptions({
      onSuccess: ({ sent }) => {
        setOpen(false);
        toast('Approved', { description: sent ? 'The order is on its way to the gateway.' : 'It goes when nothing else holds it.' });
      },
      onSettled: () => queryClient.invalidateQueries(trpc.recovery.pathFilter()),
    }),
  );
  const { job } = overview;
  if (!job?.approval) return null;
  const { needed, given, ownRequest, orderedBy, reason, order } = job.approval;
  const what =
    order.operation === 'restore'
      ? `Restore of ${order.snapshotId}`
      : order.operation === 'restore_files'
        ? `Restore of ${partsText(order.parts).toLowerCase()} from ${order.snapshotId}`
        : order.operation === 'factory_reset'
          ? `Factory reset, ${RESET_WORDS[order.resetType].label.toLowerCase()}`
          : 'Recovery';
  return (
    <Notice
      priority="p2"
      title={`${job.id} waits for the approval of another person`}
      action={
        <>
          <Link prefetch={false} href={`/jobs/${job.id}`} className="inline-flex min-h-6 items-center underline underline-offset-2">
            Look at it
          </Link>
          {!ownRequest && (overview.may.restore || overview.may.factoryReset) && <Button onClick={() => setOpen(true)}>Approve …</Button>}
        </>
      }
    >
      {what}, ordered by {orderedBy}: {reason}
      <br />
      {given.length} of {needed} given{given.length > 0 && `: ${given.map((one) => one.name).join(', ')}`}.
      {ownRequest && ' You ordered it, so somebody else has to approve it.'}
      {open && (
        <StepUpDialog
          title={`Approve ${job.id}`}
          description={`${what} on ${overview.gateway.name}, crane ${overview.gateway.crane.name}, ordered by ${orderedBy}: ${reason}`}
          confirm="Approve"
          danger
          busy={approve.isPending}
          error={approve.error}
          onConfirm={(pin) => approve.mutate({ jobId: job.id, pin })}
          onClose={() => setOpen(false)}
        >
          <p className="text-sm">What it wipes or overwrites is gone.</p>
        </StepUpDialog>
      )}
    </Notice>
  );
}
