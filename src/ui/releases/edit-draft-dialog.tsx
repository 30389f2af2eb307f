'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { toast } from 'sonner';
import { RELEASE_SEVERITIES, RELEASE_TYPES } from '#/domain/releases/release-words';
import { CHANNELS } from '#/domain/settings/gateway-settings';
import { Button } from '../kit/button';
import { Dialog } from '../kit/dialog';
import { Refusal } from '../trpc/refusal';
import { useTRPC } from '../trpc/client';
import { type Draft, DraftFields, fieldsOf, NEW_DRAFT } from './draft-fields';
import type { Release } from './release-page';

/** Changes what a draft says; a change that somebody else made meanwhile is not overwritten. */
export function EditDraftDialog({ release, onClose }: { release: Release; onClose: () => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [draft, setDraft] = useState<Draft>(() => draftOf(release));
  // What was read when the form was opened: a newer one must not slip in under the person's hands.
  const [revision] = useState(release.revision);
  const save = useMutation(
    trpc.releases.update.mutationOptions({
      onSuccess: () => {
        toast('The draft is changed');
        onClose();
      },
      onSettled: () => queryClient.invalidateQueries(trpc.releases.pathFilter()),
    }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!save.isPending) save.mutate({ releaseId: release.id, revision, fields: fieldsOf(draft) });
  };
  return (
    <Dialog open wide onOpenChange={(open) => !open && onClose()} title={`Edit ${release.version}`}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <DraftFields draft={draft} onChange={(next) => setDraft({ ...draft, ...next })} />
        <Refusal title="The draft stays as it was" error={save.error} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Back</Button>
          <Button type="submit" variant="primary" busy={save.isPending}>
            Save the draft
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function draftOf(release: Release): Draft {
  return {
    version: release.version,
    channel: CHANNELS.find((one) => one === release.channel) ?? NEW_DRAFT.channel,
    type: RELEASE_TYPES.find((one) => one === release.type) ?? NEW_DRAFT.type,
    severity: RELEASE_SEVERITIES.find((one) => one === release.severity) ?? NEW_DRAFT.severity,
    description: release.description,
    changelog: release.changelog.join('\n'),
    hardware: release.hardware.join(', '),
    prerequisites: release.prerequisites.join(', '),
  };
}
