'use client';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Button } from '../kit/button';
import { TextField } from '../kit/field';
import { Panel } from '../kit/panel';
import { useTRPC } from '../trpc/client';
import { explainError } from '../trpc/errors';

/** As on the server (access/passwords.ts), which checks again. */
const MIN_LENGTH = 12;

/** Changes the person's own password; all sessions end with it, so the next page is the sign-in. */
export function PasswordPanel() {
  const trpc = useTRPC();
  const [mismatch, setMismatch] = useState(false);
  const change = useMutation(
    trpc.account.changePassword.mutationOptions({ onSuccess: () => window.location.assign('/sign-in?ended=1&next=/account') }),
  );
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const next = String(form.get('next'));
    const differs = next !== String(form.get('again'));
    setMismatch(differs);
    if (!differs) change.mutate({ current: String(form.get('current')), next });
  };
  return (
    <Panel title="Password">
      <form onSubmit={submit} className="flex max-w-sm flex-col gap-3">
        <TextField
          label="Present password"
          name="current"
          type="password"
          autoComplete="current-password"
          required
          error={change.error ? explainError(change.error).message : null}
        />
        <TextField
          label="New password"
          name="next"
          type="password"
          autoComplete="new-password"
          minLength={MIN_LENGTH}
          required
          hint={`At least ${MIN_LENGTH} characters. Pasting and password managers work.`}
        />
        <TextField
          label="New password again"
          name="again"
          type="password"
          autoComplete="new-password"
          required
          error={mismatch ? 'Both entries of the new password differ.' : null}
        />
        <p className="text-xs text-muted">All your sessions end; API tokens stay valid.</p>
        <div>
          <Button type="submit" variant="primary" busy={change.isPending}>
            Change the password
          </Button>
        </div>
      </form>
    </Panel>
  );
}
