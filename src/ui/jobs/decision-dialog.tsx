'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { toast } from 'sonner';
import type { Decision } from '#/domain/jobs/undecided';
import { Button } from '../kit/button';
import { Dialog } from '../kit/dialog';
import { TextField } from '../kit/field';
import { Refusal } from '../trpc/refusal';
import { useTRPC } from '../trpc/client';
import type { Job } from './job-page';
import { leaveWords } from './leave-words';

type Props = { job: Job; decision: Decision; onClose: () => void };

const REASON_LENGTH = 3;

/** Asks why; for the way back also for the crane's id, because it restarts the gateway. */
export function DecisionDialog({ job, decision, onClose }: Props) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [reason, setReason] = useState('');
  const [typed, setTyped] = useState('');
  const decide = useMutation(
    trpc.jobs.decide.mutationOptions({
      onSuccess: ({ message }) => {
        toast(message);
        onClose();
      },
      onSettled: () => void queryClient.invalidateQueries(trpc.jobs.pathFilter()),
    }),
  );
  const { crane, name, activeSlot } = job.gateway;
  const { keep, goBack, restart, isSlot } = leaveWords(job);
  const goesBack = decision === 'roll_back';
  const matches = typed.trim().toLowerCase() === crane.name.toLowerCase();
  const ready = reason.trim().length >= REASON_LENGTH && (!goesBack || matches);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready && !decide.isPending) decide.mutate({ jobId: job.id, decision, reason: reason.trim(), confirmCrane: typed.trim() });
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={goesBack ? (isSlot ? `Roll ${name} back` : `${goBack} on ${name}`) : `${keep} on ${name}`}
      description={
        goesBack
          ? `${restart} as soon as the interlocks allow it, and is unavailable meanwhile.`
          : `The gateway asks for its health once more. When it is good now, ${isSlot ? `slot ${activeSlot ?? job.targetSlot} is confirmed` : 'the restored files are kept'}; when not, nothing changes and the job says why.`
      }
    >
      <form onSubmit={submit} className="flex flex-col gap-4">
        <TextField
          label="Reason"
          hint={`Kept with the job and in the audit trail. At least ${REASON_LENGTH} characters.`}
          value={reason}
          maxLength={500}
          autoComplete="off"
          onChange={(event) => setReason(event.target.value)}
        />
        {goesBack && (
          <TextField
            label={`This restarts the gateway of crane ${crane.name}. Type the crane’s id to go on`}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            placeholder={crane.name}
            autoComplete="off"
            autoCapitalize="characters"
            spellCheck={false}
            error={typed.length >= crane.name.length && !matches ? `This is not ${crane.name}.` : null}
          />
        )}
        <Refusal title="It was not ordered" error={decide.error} />
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>Back</Button>
          <Button type="submit" variant={goesBack ? 'danger' : 'primary'} busy={decide.isPending} disabled={!ready}>
            {goesBack ? (isSlot ? 'Roll back' : 'Go back') : isSlot ? 'Keep it' : 'Keep them'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
