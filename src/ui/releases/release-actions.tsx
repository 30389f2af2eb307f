'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { useState } from 'react';
import { toast } from 'sonner';
import { CHANNELS } from '#/domain/settings/gateway-settings';
import { Button, buttonClass } from '../kit/button';
import { Dialog } from '../kit/dialog';
import { CheckField } from '../kit/field';
import { ReasonDialog } from '../kit/reason-dialog';
import { Refusal } from '../trpc/refusal';
import { useTRPC } from '../trpc/client';
import { EditDraftDialog } from './edit-draft-dialog';
import type { Release } from './release-page';

/** Id of the sentence that says why a draft is not this person's to publish. */
export const WHY_NOT_PUBLISH = 'why-not-publish';

/** What this person may do with this release, each behind a question. */
export function ReleaseActions({ release }: { release: Release }) {
  const [open, setOpen] = useState<'edit' | 'publish' | 'promote' | 'withdraw' | null>(null);
  const close = () => setOpen(null);
  const { may } = release;
  return (
    <>
      <Link prefetch={false} href={`/releases/compare?to=${release.id}`} className={buttonClass()}>
        Compare
      </Link>
      {may.edit && <Button onClick={() => setOpen('edit')}>Edit …</Button>}
      {may.withdraw && <Button onClick={() => setOpen('withdraw')}>Withdraw …</Button>}
      {may.promoteTo && <Button onClick={() => setOpen('promote')}>Promote to {may.promoteTo} …</Button>}
      {may.whyNotPublish && (
        <Button variant="primary" disabled aria-describedby={WHY_NOT_PUBLISH}>
          Publish …
        </Button>
      )}
      {may.publish && (
        <Button variant="primary" onClick={() => setOpen('publish')}>
          Publish …
        </Button>
      )}
      {open === 'edit' && <EditDraftDialog release={release} onClose={close} />}
      {open === 'publish' && <PublishDialog release={release} onClose={close} />}
      {open === 'promote' && <PromoteDialog release={release} onClose={close} />}
      {open === 'withdraw' && <WithdrawDialog release={release} onClose={close} />}
    </>
  );
}

type Props = { release: Release; onClose: () => void };

/** Says it, closes, and reads everything about releases again. */
export function useDone(said: string, onClose: () => void) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  return {
    onSuccess: () => {
      toast(said);
      onClose();
    },
    onSettled: () => queryClient.invalidateQueries(trpc.releases.pathFilter()),
  };
}

function PublishDialog({ release, onClose }: Props) {
  const trpc = useTRPC();
  const [accepted, setAccepted] = useState(false);
  const publish = useMutation(trpc.releases.publish.mutationOptions(useDone(`${release.version} is published`, onClose)));
  const { missing = [], warnings = [] } = release.readiness ?? {};
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Publish ${release.version}?`}
      description={`It is offered to the gateways on ${release.channel} that it fits. What it says cannot be changed afterwards.`}
      footer={
        <>
          <Button onClick={onClose}>Back</Button>
          <Button
            variant="primary"
            busy={publish.isPending}
            disabled={missing.length > 0 || (warnings.length > 0 && !accepted)}
            onClick={() => publish.mutate({ releaseId: release.id, revision: release.revision, acceptWarnings: accepted })}
          >
            Publish on {release.channel}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3 text-sm">
        {[...missing, ...warnings].map((line) => (
          <p key={line}>{line}</p>
        ))}
        {warnings.length > 0 && missing.length === 0 && (
          <CheckField
            label="I have read this and publish it nevertheless"
            checked={accepted}
            onChange={(event) => setAccepted(event.target.checked)}
          />
        )}
        {missing.length === 0 && warnings.length === 0 && <p>The image is looked into, and its signature holds.</p>}
        <Refusal title="It was not published" error={publish.error} />
      </div>
    </Dialog>
  );
}

function PromoteDialog({ release, onClose }: Props) {
  const trpc = useTRPC();
  const to = release.may.promoteTo;
  const from = CHANNELS.find((one) => one === release.channel);
  const promote = useMutation(trpc.releases.promote.mutationOptions(useDone(`${release.version} is on ${to}`, onClose)));
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Promote ${release.version} to ${to}?`}
      description={`From ${release.channel}. Gateways on ${to} are offered it from then on; it never goes back.`}
      footer={
        <>
          <Button onClick={onClose}>Back</Button>
          <Button
            variant="primary"
            busy={promote.isPending}
            disabled={!from}
            onClick={() => from && promote.mutate({ releaseId: release.id, from })}
          >
            Promote to {to}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3 text-sm">
        <p>Brought by {release.uploader ?? 'somebody unknown'}; you answer for the promotion.</p>
        <Refusal title="It was not promoted" error={promote.error} />
      </div>
    </Dialog>
  );
}

function WithdrawDialog({ release, onClose }: Props) {
  const trpc = useTRPC();
  const withdraw = useMutation(trpc.releases.withdraw.mutationOptions(useDone(`${release.version} is withdrawn`, onClose)));
  return (
    <ReasonDialog
      title={`Withdraw ${release.version}?`}
      description="No gateway is offered it any more. Jobs that have not begun to write it are cancelled; gateways that run it keep it. Its version is used up."
      hint="Shown to everybody who looks at the release."
      confirm={`Withdraw ${release.version}`}
      keep="Keep it"
      busy={withdraw.isPending}
      onConfirm={(reason) => withdraw.mutate({ releaseId: release.id, reason })}
      onClose={onClose}
    >
      <Refusal title="It was not withdrawn" error={withdraw.error} />
    </ReasonDialog>
  );
}
