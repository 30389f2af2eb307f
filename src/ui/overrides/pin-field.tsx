'use client';
import type { ComponentProps } from 'react';
import { useUser } from '../access/access';
import { TextField } from '../kit/field';

type Props = Pick<ComponentProps<typeof TextField>, 'label' | 'hint' | 'error' | 'name' | 'value' | 'onChange' | 'required' | 'ref'> & {
  /** A PIN that is being chosen, not entered. */
  fresh?: boolean;
};

/**
 * The box for a PIN: digits on a tablet's keypad, paste and password managers allowed. Managers keep a PIN beside the
 * password under a user name of its own (PinUserName), so that neither overwrites the other.
 */
export function PinField({ fresh = false, ...rest }: Props) {
  return (
    <TextField
      {...rest}
      type="password"
      inputMode="numeric"
      pattern="[0-9]*"
      maxLength={12}
      autoComplete={fresh ? 'new-password' : 'current-password'}
      className="max-w-xs"
    />
  );
}

/** For password managers only: once per form that has a PIN. */
export function PinUserName() {
  const { email } = useUser();
  return <input type="text" name="username" autoComplete="username" value={`${email} PIN`} readOnly hidden />;
}
