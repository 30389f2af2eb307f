'use client';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '../kit/button';
import { Dialog } from '../kit/dialog';
import { TextField } from '../kit/field';
import { Refusal } from '../recovery/refusal';
import { useTRPC } from '../trpc/client';
import type { Permit } from './downgrade-panel';
import { useDone } from './release-actions';

/** Takes a permission to downgrade back, with a reason. */
export function EndPermitDialog({ permit, version, onClose }: { permit: Permit; version: string; onClose: () => void }) {
  const trpc = useTRPC();
  const [reason, setReason] = useState('');
  const end = useMutation(trpc.releases.endPermit.mutationOptions(useDone('The permission is taken back', onClose)));
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Take back the downgrade from ${permit.fromVersion} to ${version}?`}
      description="No such downgrade is started any more. Jobs that have not begun to write are cancelled; a gateway that has begun goes on."
      footer={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button
            variant="danger"
            busy={end.isPending}
            disabled={reason.trim().length < 3}
            onClick={() => end.mutate({ permitId: permit.id, reason: reason.trim() })}
          >
            Take it back
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <TextField
          label="Reason"
          hint="Shown to everybody who looks at the release."
          value={reason}
          maxLength={500}
          onChange={(event) => setReason(event.target.value)}
        />
        <Refusal title="It was not taken back" error={end.error} />
      </div>
    </Dialog>
  );
}
