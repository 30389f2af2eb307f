import { LoaderCircle } from 'lucide-react';
import type { ComponentProps } from 'react';
import { cx } from './class-names';

export type ButtonVariant = 'primary' | 'secondary' | 'quiet' | 'danger';

const VARIANT: Record<ButtonVariant, string> = {
  primary: 'border-transparent bg-info-fill text-on-info hover:brightness-110',
  secondary: 'border-line-strong bg-raised text-text hover:bg-hover',
  quiet: 'border-transparent bg-transparent text-muted hover:bg-hover hover:text-text',
  danger: 'border-transparent bg-p1-solid text-on-info hover:brightness-110',
};

/** Classes of a button, for links that look like one. */
export function buttonClass(variant: ButtonVariant = 'secondary', className?: string): string {
  return cx(
    'target inline-flex items-center justify-center gap-1.5 rounded-md border px-3 py-1 text-sm font-medium whitespace-nowrap select-none',
    'disabled:cursor-not-allowed disabled:opacity-50 disabled:hover:brightness-100',
    'aria-disabled:cursor-not-allowed aria-disabled:opacity-50 aria-disabled:hover:brightness-100',
    VARIANT[variant],
    className,
  );
}

type ButtonProps = ComponentProps<'button'> & {
  variant?: ButtonVariant;
  /** Something is running: the button says so and takes no second click. */
  busy?: boolean;
};

/** A push button; `type` is `button` unless told otherwise. A busy one keeps the focus, which a disabled one cannot. */
export function Button({ variant, busy = false, className, children, disabled, onClick, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled && !busy}
      aria-disabled={busy || undefined}
      aria-busy={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
      className={buttonClass(variant, className)}
    >
      {busy && <LoaderCircle aria-hidden className="size-3.5 animate-spin" />}
      {children}
    </button>
  );
}

/** A square button with an icon only; `label` is its accessible name and tooltip. */
export function IconButton({ label, variant = 'quiet', className, ...rest }: Omit<ButtonProps, 'busy'> & { label: string }) {
  return (
    <button
      type="button"
      {...rest}
      aria-label={label}
      title={label}
      className={buttonClass(variant, cx('aspect-square px-1.5', className))}
    />
  );
}
