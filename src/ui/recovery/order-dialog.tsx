'use client';
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { Button } from '../kit/button';
import { Dialog } from '../kit/dialog';
import { TextField } from '../kit/field';
import { PinField, PinUserName } from '../overrides/pin-field';
import type { RouterOutputs } from '../trpc/client';
import { PlanView, type useRecoveryPlan } from './recovery-plan';
import { Refusal } from '../trpc/refusal';

export type Ordered = { confirmCrane: string; reason: string; pin: string };
type Props = {
  title: string;
  description: ReactNode;
  gateway: RouterOutputs['recovery']['overview']['gateway'];
  plan: ReturnType<typeof useRecoveryPlan>;
  /** The choices of this operation, above the plan. */
  children?: ReactNode;
  confirm: string;
  danger?: boolean;
  /** A choice of this operation is still to be made. */
  incomplete?: boolean;
  /** Least length of the reason. */
  reasonLength: number;
  busy: boolean;
  error: unknown;
  onOrder: (ordered: Ordered) => void;
  onClose: () => void;
};

/** Choices → plan → consequences → reason → the crane’s id typed → PIN where it is asked for. Nothing here has a shortcut. */
export function OrderDialog({
  title,
  description,
  gateway,
  plan,
  children,
  confirm,
  danger = false,
  incomplete = false,
  reasonLength,
  busy,
  error,
  onOrder,
  onClose,
}: Props) {
  const [typed, setTyped] = useState('');
  const [reason, setReason] = useState('');
  const [pin, setPin] = useState('');
  const pinBox = useRef<HTMLInputElement>(null);
  // Whatever was refused, the PIN has to be entered again.
  useEffect(() => {
    if (error) pinBox.current?.focus({ preventScroll: true });
  }, [error]);
  const { craneName = gateway.crane.name, needsPin = false, impossible = null, unfinishedJobId = null } = plan.data ?? {};
  const matches = typed.trim().toLowerCase() === craneName.toLowerCase();
  // What cannot be seen is not ordered: a plan that could not be read again is not shown either.
  const ready =
    plan.data !== undefined &&
    !plan.isError &&
    impossible === null &&
    unfinishedJobId === null &&
    !incomplete &&
    matches &&
    reason.trim().length >= reasonLength &&
    (!needsPin || pin !== '');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!ready || busy) return;
    onOrder({ confirmCrane: typed.trim(), reason: reason.trim(), pin });
    setPin('');
  };
  return (
    <Dialog open wide onOpenChange={(open) => !open && onClose()} title={title} description={description}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        {children}
        <PlanView query={plan} gateway={gateway} />
        <div className="flex flex-col gap-3 border-t border-line pt-3">
          <TextField
            label="Reason"
            hint={`Kept with the job and in the audit trail. At least ${reasonLength} characters.`}
            value={reason}
            maxLength={500}
            onChange={(event) => setReason(event.target.value)}
          />
          <TextField
            label={`This restarts the gateway of crane ${craneName}. Type the crane’s id to go on`}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            placeholder={craneName}
            autoComplete="off"
            autoCapitalize="characters"
            spellCheck={false}
            className="max-w-md"
            error={typed.length >= craneName.length && !matches ? `This is not ${craneName}.` : null}
          />
          {needsPin && (
            <>
              <PinUserName />
              <PinField
                label="Your PIN"
                name="pin"
                ref={pinBox}
                value={pin}
                onChange={(event) => setPin(event.target.value)}
                hint="Every attempt is recorded."
              />
            </>
          )}
        </div>
        <Refusal title="It was not ordered" error={error} />
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>Back</Button>
          <Button type="submit" variant={danger ? 'danger' : 'primary'} busy={busy} disabled={!ready}>
            {confirm}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
