'use client';
import { type FormEvent, type ReactNode, useId, useState } from 'react';
import { Button } from './button';
import { Dialog } from './dialog';
import { TextField } from './field';

const LEAST = 3;

type Props = {
  title: string;
  description: string;
  /** Who reads the reason. */
  hint: string;
  /** What the button says that does it, and the one that does not. */
  confirm: string;
  keep: string;
  busy: boolean;
  onConfirm: (reason: string) => void;
  onClose: () => void;
  /** Below the reason: a refusal. */
  children?: ReactNode;
};

/** Asks for the reason of something that cannot be taken back. Enter in the field is the button. */
export function ReasonDialog({ title, description, hint, confirm, keep, busy, onConfirm, onClose, children }: Props) {
  const [reason, setReason] = useState('');
  const form = useId();
  const ready = reason.trim().length >= LEAST;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready && !busy) onConfirm(reason.trim());
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={title}
      description={description}
      footer={
        <>
          <Button onClick={onClose}>{keep}</Button>
          <Button type="submit" form={form} variant="danger" busy={busy} disabled={!ready}>
            {confirm}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="flex flex-col gap-3">
        <TextField
          label="Reason"
          hint={hint}
          value={reason}
          maxLength={500}
          autoComplete="off"
          onChange={(event) => setReason(event.target.value)}
        />
        {children}
      </form>
    </Dialog>
  );
}
