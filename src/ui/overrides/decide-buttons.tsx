'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { toast } from 'sonner';
import { Button } from '../kit/button';
import { TextField } from '../kit/field';
import { CONSTRAINT_WORDS } from '../safety/constraint-words';
import { useTRPC } from '../trpc/client';
import { boundWords } from './bound-words';
import type { Override } from './override-card';
import { durationWords, OPERATION_WORDS } from './override-words';
import { ReviewDialog } from './review-dialog';
import { StepUpDialog } from './step-up-dialog';
import { useOverrideActions } from './use-override-actions';

const REFUSALS = {
  own_request: 'It is your own request: someone else has to approve it.',
  approved_already: 'You have approved it; someone else’s approval is needed too.',
} as const;

/** What one may do to it. Reject has the focus; approving takes the PIN in a second step; none has a key of its own. */
export function DecideButtons({ override }: { override: Override }) {
  const { may } = override;
  const { reject, withdraw, revoke } = useOverrideActions();
  const [approving, setApproving] = useState(false);
  const [reviewing, setReviewing] = useState(false);
  const [why, setWhy] = useState('');
  const safe = useRef<HTMLButtonElement>(null);
  const overrideId = override.id;
  useEffect(() => {
    if (may.reject) safe.current?.focus();
  }, [may.reject]);
  if (!may.reject && !may.withdraw && !may.revoke && !may.closeReview) return <NothingToDo override={override} />;
  return (
    <>
      {may.approveRefusal && <p className="flex-1 self-center text-xs text-muted">{REFUSALS[may.approveRefusal]}</p>}
      {may.reject && (
        <>
          <TextField
            label="Why it is rejected"
            hideLabel
            placeholder="Why, if you reject it"
            value={why}
            maxLength={500}
            autoComplete="off"
            onChange={(event) => setWhy(event.target.value)}
            className="min-w-40 flex-1"
          />
          <Button ref={safe} busy={reject.isPending} onClick={() => reject.mutate({ overrideId, reason: why })}>
            Reject
          </Button>
        </>
      )}
      {may.withdraw && (
        <Button busy={withdraw.isPending} onClick={() => withdraw.mutate({ overrideId, reason: why })}>
          Withdraw
        </Button>
      )}
      {may.approve && (
        <Button variant="primary" onClick={() => setApproving(true)}>
          Approve …
        </Button>
      )}
      {may.closeReview && (
        <Button variant="primary" onClick={() => setReviewing(true)}>
          Close the review …
        </Button>
      )}
      {may.revoke && (
        <Button variant="danger" busy={revoke.isPending} onClick={() => revoke.mutate({ overrideId, reason: '' })}>
          Revoke
        </Button>
      )}
      {approving && <ApproveDialog override={override} onClose={() => setApproving(false)} />}
      {reviewing && <ReviewDialog override={override} onClose={() => setReviewing(false)} />}
    </>
  );
}

function NothingToDo({ override }: { override: Override }) {
  const text =
    override.state === 'requested'
      ? 'Someone who may approve at this site has to decide.'
      : override.state === 'review_due'
        ? 'Someone else who may review has to close it.'
        : 'It is over: nothing can be done to it.';
  return <p className="text-xs text-muted">{text}</p>;
}

/** Says once more what is put in force, and takes the PIN. The approval is bound to the hash of what was shown. */
function ApproveDialog({ override, onClose }: { override: Override; onClose: () => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  /** What the approver has looked at: a request that changes meanwhile is refused by its hash. */
  const [shownHash] = useState(override.requestHash);
  const approve = useMutation(
    trpc.overrides.approve.mutationOptions({
      onSuccess: ({ approvalsLeft }) => {
        toast(approvalsLeft > 0 ? 'Approved; another approval is needed' : 'Approved: the override is in force');
        onClose();
      },
      onSettled: () => void queryClient.invalidateQueries(trpc.overrides.pathFilter()),
    }),
  );
  return (
    <StepUpDialog
      title={`Approve ${override.id}`}
      description={`${override.gateway.name}, asked for by ${override.requester}`}
      confirm="Approve with my PIN"
      busy={approve.isPending}
      error={approve.error}
      onConfirm={(pin) => approve.mutate({ overrideId: override.id, requestHash: shownHash, pin })}
      onClose={onClose}
    >
      <ul className="text-sm">
        {override.bounds.map((one) => (
          <li key={one.constraint}>
            <strong className="font-semibold">{CONSTRAINT_WORDS[one.constraint]}</strong> {boundWords(one)}
          </li>
        ))}
        <li className="text-muted">
          {OPERATION_WORDS[override.operation]}, for {durationWords(override.durationSeconds)} at most, once
        </li>
      </ul>
    </StepUpDialog>
  );
}
