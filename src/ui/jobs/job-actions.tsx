'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { toast } from 'sonner';
import { PAST_NO_RETURN } from '#/domain/jobs/job-machine';
import { useCan } from '../access/access';
import { Button } from '../kit/button';
import { useTRPC } from '../trpc/client';
import { explainError } from '../trpc/errors';
import { CancelDialog } from './cancel-dialog';
import type { Job } from './job-page';

const NO_RETURN: Partial<Record<Job['operation'], string>> = {
  factory_reset: 'The reset has begun: it is finished, and the gateway restarts when the crane lets it. Nobody can stop it now.',
  restore_files:
    'The next start is with the restored files: the gateway proves its health with them, or goes back to the former ones. Nobody can stop it now.',
};

/** Pause, resume and cancel, for who may; past the point of no return it says why not. The agent's own answer counts. */
export function JobActions({ job }: { job: Job }) {
  const trpc = useTRPC();
  const can = useCan();
  const queryClient = useQueryClient();
  const [cancelling, setCancelling] = useState(false);
  const reload = () => queryClient.invalidateQueries(trpc.jobs.pathFilter());
  const options = (said: string) => ({
    onSuccess: () => toast(said),
    onError: (error: unknown) => {
      const { message, actions } = explainError(error);
      toast.error(message, { description: actions.join('. ') });
    },
    onSettled: () => void reload(),
  });
  const pause = useMutation(trpc.jobs.pause.mutationOptions(options('The job is paused')));
  const resume = useMutation(trpc.jobs.resume.mutationOptions(options('The job goes on')));
  if (job.finished || !can('job.control', job.gateway.siteId)) return null;
  const noReturn = PAST_NO_RETURN.has(job.state);
  const sayNoReturn = noReturn && !job.undecided && !job.waitsToBeKept;
  const resting = job.state === 'downloaded' && job.intent === 'download';
  const paused = job.state === 'paused';
  const ordered = job.requestedAction;
  return (
    <div className="flex flex-col items-end gap-1 max-sm:items-start">
      <div className="flex flex-wrap gap-2">
        {paused || ordered === 'pause' ? (
          <Button busy={resume.isPending} onClick={() => resume.mutate({ jobId: job.id, reason: '' })}>
            Resume
          </Button>
        ) : (
          <Button
            busy={pause.isPending}
            disabled={noReturn || resting}
            aria-describedby={sayNoReturn ? 'no-return' : undefined}
            onClick={() => pause.mutate({ jobId: job.id, reason: '' })}
          >
            Pause
          </Button>
        )}
        <Button
          variant="danger"
          disabled={noReturn || ordered === 'cancel'}
          aria-describedby={sayNoReturn ? 'no-return' : undefined}
          onClick={() => setCancelling(true)}
        >
          Cancel the job
        </Button>
      </div>
      {sayNoReturn && (
        <p id="no-return" className="max-w-88 text-right text-xs text-muted max-sm:text-left">
          {NO_RETURN[job.operation] ??
            'The bootloader is switched: it boots the new version, or goes back when that does not start. Nobody can stop it now.'}
        </p>
      )}
      {(ordered === 'pause' || ordered === 'cancel') && (
        <p role="status" className="text-xs text-muted">
          {ordered === 'pause' ? 'Pause' : 'Cancel'} is ordered; the gateway has not confirmed it yet.
        </p>
      )}
      <CancelDialog job={job} open={cancelling} onOpenChange={setCancelling} onSettled={() => void reload()} />
    </div>
  );
}
