'use client';
import { useMutation } from '@tanstack/react-query';
import { ReasonDialog } from '../kit/reason-dialog';
import { Refusal } from '../trpc/refusal';
import { useTRPC } from '../trpc/client';
import type { Permit } from './downgrade-panel';
import { useDone } from './release-actions';

/** Takes a permission to downgrade back, with a reason. */
export function EndPermitDialog({ permit, version, onClose }: { permit: Permit; version: string; onClose: () => void }) {
  const trpc = useTRPC();
  const end = useMutation(trpc.releases.endPermit.mutationOptions(useDone('The permission is taken back', onClose)));
  return (
    <ReasonDialog
      title={`Take back the downgrade from ${permit.fromVersion} to ${version}?`}
      description="No such downgrade is started any more. Jobs that have not begun to write are cancelled; a gateway that has begun goes on."
      hint="Shown to everybody who looks at the release."
      confirm="Take it back"
      keep="Keep it"
      busy={end.isPending}
      onConfirm={(reason) => end.mutate({ permitId: permit.id, reason })}
      onClose={onClose}
    >
      <Refusal title="It was not taken back" error={end.error} />
    </ReasonDialog>
  );
}
