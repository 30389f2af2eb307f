'use client';
import { useMutation } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { ROLES } from '#/domain/access/roles';
import { Button } from '../kit/button';
import { CopyId } from '../kit/copy-id';
import { Dialog } from '../kit/dialog';
import { SelectField, TextField } from '../kit/field';
import { useTRPC } from '../trpc/client';
import { explainError } from '../trpc/errors';

type Props = { open: boolean; onOpenChange: (open: boolean) => void; onCreated: () => void };

const DAY_OPTIONS = [
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: '1 year' },
];

/** Name, rights and expiry; then the token itself, once. */
export function CreateTokenDialog({ open, onOpenChange, onCreated }: Props) {
  const trpc = useTRPC();
  const create = useMutation(trpc.account.createToken.mutationOptions({ onSuccess: onCreated }));
  const close = (next: boolean) => {
    onOpenChange(next);
    if (!next) create.reset();
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const role = ROLES.find((candidate) => candidate === form.get('role')) ?? null;
    create.mutate({ name: String(form.get('name')).trim(), role, expiresInDays: Number(form.get('days')) });
  };
  if (create.data) {
    return (
      <Dialog
        open={open}
        onOpenChange={close}
        title="Copy the token now"
        description="It is shown this once. Fairlead keeps a hash of it only."
        footer={<Button onClick={() => close(false)}>I have copied it</Button>}
      >
        <p className="rounded-md border border-line-strong bg-sunken p-3 break-all">
          <CopyId value={create.data.token} label="token" />
        </p>
        <p className="pt-3 text-sm text-muted">
          Send it as <code className="font-mono text-xs">Authorization: Bearer …</code>. Whoever has it can act in your name.
        </p>
      </Dialog>
    );
  }
  return (
    <Dialog
      open={open}
      onOpenChange={close}
      title="Create an API token"
      description="For one program. Give each program its own, so that one can be revoked alone."
    >
      <form onSubmit={submit} className="flex flex-col gap-4">
        <TextField label="Name" name="name" required maxLength={100} placeholder="Dashboard in the control room" autoComplete="off" />
        <SelectField
          label="Rights"
          name="role"
          defaultValue="viewer"
          hint="Never more than your own rights, whatever is chosen here."
          options={[{ value: '', label: 'As my own roles' }, ...ROLES.map((role) => ({ value: role, label: `At most ${role}` }))]}
        />
        <SelectField label="Expires after" name="days" defaultValue="90" options={DAY_OPTIONS} />
        {create.error && (
          <p role="alert" className="text-sm text-p1">
            ■ {explainError(create.error).message}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={() => close(false)}>Cancel</Button>
          <Button type="submit" variant="primary" busy={create.isPending}>
            Create
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
