'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { toast } from 'sonner';
import { Button } from '../kit/button';
import { Dialog } from '../kit/dialog';
import { CONTROL_CLASS, Field } from '../kit/field';
import { Refusal } from '../trpc/refusal';
import { useTRPC } from '../trpc/client';
import type { Override } from './override-card';

/** The review of a broken glass: what was found, in words. */
export function ReviewDialog({ override, onClose }: { override: Override; onClose: () => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const close = useMutation(
    trpc.overrides.closeReview.mutationOptions({
      onSuccess: () => {
        toast('The review is closed');
        onClose();
      },
      onSettled: () => void queryClient.invalidateQueries(trpc.overrides.pathFilter()),
    }),
  );
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    close.mutate({ overrideId: override.id, text: String(new FormData(event.currentTarget).get('text')).trim() });
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Review ${override.id}`}
      description={`${override.requester} overrode this alone on ${override.gateway.name}.`}
    >
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Field label="What you found" hint="Was it justified, did it do harm, what follows from it. At least 10 characters.">
          {(control) => <textarea {...control} name="text" required minLength={10} maxLength={2000} rows={5} className={CONTROL_CLASS} />}
        </Field>
        <Refusal title="The review was not closed" error={close.error} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Not yet</Button>
          <Button type="submit" variant="primary" busy={close.isPending}>
            Close the review
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
