'use client';
import { type FormEvent, type ReactNode, useRef } from 'react';
import { Button } from '../kit/button';
import { Dialog } from '../kit/dialog';
import { Notice } from '../kit/notice';
import { explainError } from '../trpc/errors';
import { PinField, PinUserName } from './pin-field';

type Props = {
  title: string;
  description: ReactNode;
  /** What the person agrees to, above the PIN. */
  children?: ReactNode;
  confirm: string;
  danger?: boolean;
  busy: boolean;
  error: unknown;
  onConfirm: (pin: string) => void;
  onClose: () => void;
};

/** The step-up: proves with the PIN that the person is there. A wrong PIN leaves the dialog open and empties the box. */
export function StepUpDialog({ title, description, children, confirm, danger = false, busy, error, onConfirm, onClose }: Props) {
  const box = useRef<HTMLInputElement>(null);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    // A dialog inside a page's form must not send that one too.
    event.stopPropagation();
    onConfirm(box.current?.value ?? '');
    if (box.current) box.current.value = '';
  };
  const refusal = error ? explainError(error) : null;
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={title} description={description} initialFocus={box}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        {children}
        <PinUserName />
        <PinField label="Your PIN" name="pin" required ref={box} hint="Every attempt is recorded. It never signs you in or out." />
        {refusal && (
          <div role="alert">
            <Notice priority="p1" title={refusal.message}>
              {refusal.actions.length > 0 && <p className="text-muted">{refusal.actions.join('. ')}.</p>}
            </Notice>
          </div>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Back</Button>
          <Button type="submit" variant={danger ? 'danger' : 'primary'} busy={busy}>
            {confirm}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
