'use client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { toast } from 'sonner';
import { PIN_LENGTH, pinFault } from '#/domain/access/pin-rules';
import { Age } from '../kit/age';
import { Button } from '../kit/button';
import { Facts } from '../kit/facts';
import { TextField } from '../kit/field';
import { Mark } from '../kit/mark';
import { Notice } from '../kit/notice';
import { Panel } from '../kit/panel';
import { QueryState } from '../kit/query-state';
import { Time } from '../kit/time';
import { PinField, PinUserName } from '../overrides/pin-field';
import { type RouterOutputs, useTRPC } from '../trpc/client';
import { explainError } from '../trpc/errors';

type PinStatus = RouterOutputs['account']['pin'];

/** The person's own PIN: its state, and setting or changing it. It approves; it never signs in. */
export function PinPanel() {
  const trpc = useTRPC();
  const query = useQuery(trpc.account.pin.queryOptions());
  return (
    <Panel title="PIN" aside="for approvals and break-glass">
      <QueryState query={query} loading="Loading the state of your PIN" rows={4} failed="The state of your PIN could not be read" />
      {query.data && (
        <div className="flex flex-col gap-4">
          <PinState pin={query.data} />
          <PinForm key={String(query.data.setAt)} pin={query.data} />
        </div>
      )}
    </Panel>
  );
}

function stateOf(pin: PinStatus): { label: string; priority: 'none' | 'p2' | 'p3' | 'info' } {
  if (pin.rebindUntil) return { label: 'A new one may be set', priority: 'info' };
  if (pin.disabled) return { label: 'Out of use', priority: 'p2' };
  if (pin.lockedUntil) return { label: 'Locked', priority: 'p3' };
  return pin.isSet ? { label: 'Set', priority: 'none' } : { label: 'Not set', priority: 'none' };
}

function PinState({ pin }: { pin: PinStatus }) {
  const { label, priority } = stateOf(pin);
  return (
    <Facts
      facts={[
        { label: 'State', value: <Mark priority={priority}>{label}</Mark> },
        ...(pin.lockedUntil ? [{ label: 'Locked until', value: <Time at={pin.lockedUntil} zone="UTC" /> }] : []),
        ...(pin.rebindUntil ? [{ label: 'To be set before', value: <Time at={pin.rebindUntil} zone="UTC" withDate /> }] : []),
        ...(pin.setAt ? [{ label: 'Set', value: <Age at={pin.setAt} suffix="ago" /> }] : []),
        ...(pin.isSet ? [{ label: 'Last used', value: pin.lastUsedAt ? <Age at={pin.lastUsedAt} suffix="ago" /> : 'not yet' }] : []),
      ]}
    />
  );
}

/** Sets the first PIN or changes the present one; a PIN out of use is set again only after an administrator has allowed it. */
function PinForm({ pin }: { pin: PinStatus }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [fault, setFault] = useState<string | null>(null);
  const [mismatch, setMismatch] = useState(false);
  const options = {
    onSuccess: () => toast('Your PIN is set'),
    onSettled: () => void queryClient.invalidateQueries(trpc.account.pin.queryFilter()),
  };
  const set = useMutation(trpc.account.setPin.mutationOptions(options));
  const change = useMutation(trpc.account.changePin.mutationOptions(options));
  if (pin.disabled && !pin.rebindUntil) {
    return (
      <Notice priority="p3" title="Ask an administrator to allow you a new PIN">
        It was taken out of use, after ten wrong entries in a row or by an administrator. Signing in, acknowledging, aborting and revoking
        work without it.
      </Notice>
    );
  }
  const fresh = !pin.isSet || pin.rebindUntil !== null;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    // What was refused before is over: only what is wrong now is said.
    set.reset();
    change.reset();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? '');
    const wanted = text('pin');
    const wrong = pinFault(wanted);
    setFault(wrong);
    setMismatch(wanted !== text('again'));
    if (wrong !== null || wanted !== text('again')) return;
    if (fresh) set.mutate({ pin: wanted, password: text('password') });
    else change.mutate({ pin: wanted, currentPin: text('current'), password: text('password') });
  };
  const error = fresh ? set.error : change.error;
  const refusal = error ? explainError(error) : null;
  return (
    <form onSubmit={submit} className="flex max-w-sm flex-col gap-3">
      <PinUserName />
      {!fresh && <PinField label="Present PIN" name="current" required />}
      <PinField
        label="New PIN"
        name="pin"
        fresh
        required
        hint={`${PIN_LENGTH.min} to ${PIN_LENGTH.max} digits; no date, no run, no repetition. Pasting and password managers work.`}
        error={fault === null ? null : `This PIN cannot be used: it ${fault}.`}
      />
      <PinField label="New PIN again" name="again" fresh required error={mismatch ? 'Both entries of the new PIN differ.' : null} />
      <TextField
        label="Your password, to prove it is you"
        name="password"
        type="password"
        autoComplete="current-password"
        required
        className="max-w-xs"
      />
      {refusal && (
        <Notice priority="p1" title={refusal.message}>
          {refusal.actions.length > 0 && <p className="text-muted">{refusal.actions.join('. ')}.</p>}
        </Notice>
      )}
      <div>
        <Button type="submit" variant="primary" busy={set.isPending || change.isPending}>
          {fresh ? 'Set the PIN' : 'Change the PIN'}
        </Button>
      </div>
    </form>
  );
}
