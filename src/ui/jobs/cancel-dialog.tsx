'use client';
import { useMutation } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { toast } from 'sonner';
import { Button } from '../kit/button';
import { Dialog } from '../kit/dialog';
import { CheckField, TextField } from '../kit/field';
import { Notice } from '../kit/notice';
import { useTRPC } from '../trpc/client';
import { explainError } from '../trpc/errors';
import type { Job } from './job-page';

type Props = { job: Job; open: boolean; onOpenChange: (open: boolean) => void; onSettled: () => void };

/** Asks why, and what becomes of the bytes. Stays open when the gateway refuses, and says its reason. */
export function CancelDialog({ job, open, onOpenChange, onSettled }: Props) {
  const trpc = useTRPC();
  const cancel = useMutation(
    trpc.jobs.cancel.mutationOptions({
      onSuccess: ({ message }) => {
        toast(message);
        onOpenChange(false);
      },
      onSettled,
    }),
  );
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    cancel.mutate({ jobId: job.id, reason: String(form.get('reason')).trim(), cleanup: form.get('cleanup') === 'on' });
  };
  const refusal = cancel.error ? explainError(cancel.error) : null;
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        if (!next) cancel.reset();
        onOpenChange(next);
      }}
      title={`Cancel ${job.id}`}
      description={`${job.gateway.name} keeps running ${job.gateway.activeVersion ?? 'its present version'}; the running slot is not touched.`}
    >
      <form onSubmit={submit} className="flex flex-col gap-4">
        <TextField
          label="Reason"
          name="reason"
          required
          minLength={3}
          maxLength={500}
          autoComplete="off"
          hint="Goes into the audit trail."
        />
        <CheckField
          label="Delete what was downloaded"
          name="cleanup"
          defaultChecked
          hint="Unticked, a later update need not download it again."
        />
        {refusal && (
          <Notice priority="p1" title="The job was not cancelled">
            <p>{refusal.message}</p>
            {refusal.actions.length > 0 && <p className="text-muted">{refusal.actions.join('. ')}.</p>}
          </Notice>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={() => onOpenChange(false)}>Keep it running</Button>
          <Button type="submit" variant="danger" busy={cancel.isPending}>
            Cancel the job
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
