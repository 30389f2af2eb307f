'use client';
import { useMutation } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { toast } from 'sonner';
import { Button } from '../kit/button';
import { Dialog } from '../kit/dialog';
import { TextField } from '../kit/field';
import { Refusal } from '../trpc/refusal';
import { useTRPC } from '../trpc/client';
import type { KeyRow } from './trust-page';

export type KeyEnd = { row: KeyRow; how: 'retire' | 'revoke' };
type Props = { end: KeyEnd | null; onClose: () => void; onDone: () => void };

const SAYS = {
  revoke:
    'Nothing that it signed counts any more: its releases are offered to nobody, the downgrades that it permitted are not, and their jobs that have not begun to write are cancelled. This cannot be undone.',
  retire: 'It signs nothing new. What it has signed before stays signed, and gateways go on to take it.',
};

/** Retires or revokes a key, with the end of its fingerprint typed. */
export function EndKeyDialog({ end, onClose, onDone }: Props) {
  const trpc = useTRPC();
  const close = () => {
    retire.reset();
    revoke.reset();
    onClose();
  };
  const finish = (message: string) => {
    toast(message);
    onDone();
    close();
  };
  const retire = useMutation(trpc.trust.retire.mutationOptions({ onSuccess: () => finish('The key is retired') }));
  const revoke = useMutation(
    trpc.trust.revoke.mutationOptions({
      onSuccess: ({ releases, jobsCancelled }) =>
        finish(`The key is revoked; releases stopped: ${releases.length}, jobs cancelled: ${jobsCancelled}`),
    }),
  );
  if (end === null) return null;
  const { row, how } = end;
  const { error, isPending, mutate } = how === 'revoke' ? revoke : retire;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    mutate({ fingerprint: row.fingerprint, confirm: String(form.get('confirm')).trim().toUpperCase(), reason: String(form.get('reason')) });
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && close()}
      title={`${how === 'revoke' ? 'Revoke' : 'Retire'} ${row.label}`}
      description={SAYS[how]}
    >
      <form onSubmit={submit} className="flex flex-col gap-4">
        <p className="font-mono text-xs break-all">{row.fingerprint}</p>
        {how === 'revoke' && row.signs.length > 0 && <p className="text-sm">It signs {row.signs.join(', ')}.</p>}
        <TextField
          label="Last eight characters of the fingerprint"
          name="confirm"
          required
          minLength={8}
          maxLength={8}
          autoComplete="off"
        />
        <TextField label="Reason" name="reason" required minLength={3} maxLength={500} autoComplete="off" />
        <Refusal title="The key stays as it was" error={error} />
        <div className="flex justify-end gap-2">
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" variant="danger" busy={isPending}>
            {how === 'revoke' ? 'Revoke the key' : 'Retire the key'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
