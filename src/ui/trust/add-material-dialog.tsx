'use client';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { toast } from 'sonner';
import { Button } from '../kit/button';
import { Dialog } from '../kit/dialog';
import { CheckField, CONTROL_CLASS, Field, TextField } from '../kit/field';
import { Refusal } from '../trpc/refusal';
import { useTRPC } from '../trpc/client';

type Props = { what: 'key' | 'list' | null; onClose: () => void; onDone: () => void };

/** A public key, a certificate or a revocation list, pasted or from a file. */
export function AddMaterialDialog({ what, onClose, onDone }: Props) {
  const trpc = useTRPC();
  const [body, setBody] = useState('');
  const close = () => {
    setBody('');
    addKey.reset();
    addList.reset();
    onClose();
  };
  const done = (message: string) => {
    toast(message);
    onDone();
    close();
  };
  const addKey = useMutation(
    trpc.trust.addKey.mutationOptions({ onSuccess: ({ fingerprint }) => done(`Key …${fingerprint.slice(-8)} is added`) }),
  );
  const addList = useMutation(
    trpc.trust.addList.mutationOptions({
      onSuccess: ({ issuer, releases }) => done(`The list of ${issuer} is in force; releases stopped: ${releases.length}`),
    }),
  );
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (what === 'list') return addList.mutate({ body });
    const form = new FormData(event.currentTarget);
    const purposes = (['release', 'downgrade'] as const).filter((purpose) => form.getAll('purpose').includes(purpose));
    addKey.mutate({ label: String(form.get('label')), body, purposes });
  };
  const { error, isPending } = what === 'list' ? addList : addKey;
  return (
    <Dialog open={what !== null} onOpenChange={(open) => !open && close()} title={what === 'list' ? 'Add a revocation list' : 'Add a key'}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        {what === 'key' && (
          <TextField label="Name" name="label" required maxLength={120} autoComplete="off" placeholder="Release key 2026" />
        )}
        <Field
          label={what === 'list' ? 'Revocation list (PEM)' : 'Armored OpenPGP public key, or PEM certificate'}
          hint={what === 'key' ? 'Public parts only: a private key is refused and not kept.' : undefined}
        >
          {(control) => (
            <textarea
              {...control}
              required
              rows={7}
              spellCheck={false}
              value={body}
              onChange={(event) => setBody(event.target.value)}
              className={`${CONTROL_CLASS} font-mono text-xs`}
            />
          )}
        </Field>
        <Field label="Or from a file">
          {(control) => (
            <input
              {...control}
              type="file"
              className="text-sm"
              onChange={async (event) => setBody((await event.target.files?.[0]?.text()) ?? '')}
            />
          )}
        </Field>
        {what === 'key' && (
          <fieldset className="flex flex-col gap-1">
            <legend className="text-xs font-medium text-muted">It may sign</legend>
            <CheckField label="Releases and key sets" name="purpose" value="release" defaultChecked />
            <CheckField label="Permissions to go below a rollback floor" name="purpose" value="downgrade" />
          </fieldset>
        )}
        <Refusal title="Nothing was added" error={error} />
        <div className="flex justify-end gap-2">
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" variant="primary" busy={isPending}>
            Add
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
