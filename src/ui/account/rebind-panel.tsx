'use client';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useCan } from '../access/access';
import { Button } from '../kit/button';
import { TextField } from '../kit/field';
import { Notice } from '../kit/notice';
import { Panel } from '../kit/panel';
import { Time } from '../kit/time';
import { Refusal } from '../trpc/refusal';
import { useTRPC } from '../trpc/client';

/** For administrators: another person's PIN out of use, or leave for a new one. Nobody but the person chooses or learns a PIN. */
export function RebindPanel() {
  const can = useCan();
  const trpc = useTRPC();
  const [email, setEmail] = useState('');
  const rebind = useMutation(trpc.account.allowPinRebind.mutationOptions());
  const disable = useMutation(trpc.account.disablePin.mutationOptions());
  if (!can('user.manage', null)) return null;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const action = (event.nativeEvent as SubmitEvent).submitter?.getAttribute('value');
    const [wanted, other] = action === 'disable' ? [disable, rebind] : [rebind, disable];
    other.reset();
    wanted.mutate({ email: email.trim() });
  };
  const error = rebind.error ?? disable.error;
  return (
    <Panel title="PINs of others" aside="for administrators">
      <form onSubmit={submit} className="flex max-w-sm flex-col gap-3">
        <TextField
          label="The person’s e-mail address"
          type="email"
          required
          autoComplete="off"
          value={email}
          onChange={(event) => setEmail(event.target.value)}
          hint="Make sure who asks you: whoever sets the new PIN approves in that person’s name."
        />
        {rebind.data && (
          <Notice priority="info" title="A new PIN may be set">
            {rebind.variables?.email} may set one on the account page, with the password, until{' '}
            <Time at={rebind.data.until} zone="UTC" withDate />. The old PIN is void.
          </Notice>
        )}
        {disable.isSuccess && (
          <Notice priority="info" title="The PIN is out of use">
            {disable.variables?.email} can sign in, abort and revoke, but not approve, until a new PIN is allowed and set.
          </Notice>
        )}
        <Refusal title="Nothing was changed" error={error} />
        <div className="flex flex-wrap gap-2">
          <Button type="submit" value="rebind" busy={rebind.isPending}>
            Allow a new PIN
          </Button>
          <Button type="submit" value="disable" busy={disable.isPending}>
            Take the PIN out of use
          </Button>
        </div>
      </form>
    </Panel>
  );
}
