'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { toast } from 'sonner';
import { SHELF_REASON_LEAST } from '#/domain/alarms/shelf';
import { Button } from '../kit/button';
import { Dialog } from '../kit/dialog';
import { SelectField, TextField } from '../kit/field';
import { Refusal } from '../trpc/refusal';
import { useTRPC } from '../trpc/client';
import type { AlarmRow } from './alarm-columns';
import { kindWords } from './alarm-words';

const MINUTES = [
  { value: '30', label: '30 minutes' },
  { value: '60', label: '1 hour' },
  { value: '120', label: '2 hours' },
  { value: '240', label: '4 hours' },
  { value: '480', label: '8 hours (one shift)' },
];

/** Why, and until when: at most one shift. */
export function ShelveDialog({ alarm, onClose }: { alarm: AlarmRow | null; onClose: () => void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const shelve = useMutation(
    trpc.alarms.shelve.mutationOptions({
      onSuccess: () => {
        toast('Shelved');
        onClose();
      },
      onSettled: () => queryClient.invalidateQueries(trpc.alarms.pathFilter()),
    }),
  );
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    if (alarm) shelve.mutate({ alarmId: alarm.id, reason: String(form.get('reason')).trim(), minutes: Number(form.get('minutes')) });
  };
  const close = () => {
    shelve.reset();
    onClose();
  };
  return (
    <Dialog
      open={alarm !== null}
      onOpenChange={(open) => !open && close()}
      title="Shelve the alarm"
      description={alarm ? `${kindWords(alarm.kind).title}: ${alarm.message}` : undefined}
    >
      <form onSubmit={submit} className="flex flex-col gap-4">
        <TextField
          label="Reason"
          name="reason"
          required
          minLength={SHELF_REASON_LEAST}
          maxLength={500}
          autoComplete="off"
          hint="The next shift reads it. It goes into the audit trail."
        />
        <SelectField label="For" name="minutes" defaultValue="60" options={MINUTES} hint="Then it asks for attention again by itself." />
        <Refusal title="The alarm was not shelved" error={shelve.error} />
        <div className="flex justify-end gap-2">
          <Button onClick={close}>Leave it in the list</Button>
          <Button type="submit" variant="primary" busy={shelve.isPending}>
            Shelve
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
