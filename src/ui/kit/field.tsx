'use client';
import { type ComponentProps, type ReactNode, useId } from 'react';
import { cx } from './class-names';

/** Classes of a text box or a select. */
export const CONTROL_CLASS =
  'target w-full rounded-md border border-line-strong bg-raised px-2 py-1 text-sm text-text placeholder:text-muted disabled:opacity-50 aria-invalid:border-p1';

type FieldProps = {
  label: string;
  hint?: ReactNode;
  error?: string | null;
  /** The label is for screen readers only. */
  hideLabel?: boolean;
  className?: string;
  children: (control: { id: string; 'aria-describedby': string | undefined; 'aria-invalid': true | undefined }) => ReactNode;
};

/** Label, control, hint and error, tied together for assistive technology. */
export function Field({ label, hint, error, hideLabel = false, className, children }: FieldProps) {
  const id = useId();
  const described = [hint ? `${id}-hint` : null, error ? `${id}-error` : null].filter(Boolean).join(' ');
  return (
    <div className={cx('flex flex-col gap-1', className)}>
      <label htmlFor={id} className={hideLabel ? 'sr-only' : 'text-xs font-medium text-muted'}>
        {label}
      </label>
      {children({ id, 'aria-describedby': described || undefined, 'aria-invalid': error ? true : undefined })}
      {hint && (
        <p id={`${id}-hint`} className="text-xs text-muted">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} role="alert" className="text-xs text-p1">
          <span aria-hidden>■ </span>
          {error}
        </p>
      )}
    </div>
  );
}

type Shared = Pick<FieldProps, 'label' | 'hint' | 'error' | 'hideLabel'> & { className?: string };

/** A labelled text box. */
export function TextField({ label, hint, error, hideLabel, className, ...input }: Shared & ComponentProps<'input'>) {
  return (
    <Field label={label} hint={hint} error={error} hideLabel={hideLabel} className={className}>
      {(control) => <input {...input} {...control} className={CONTROL_CLASS} />}
    </Field>
  );
}

export type SelectOption = { value: string; label: string; disabled?: boolean };

/** A labelled native select: works with gloves, keyboards and screen readers alike. */
export function SelectField({
  label,
  hint,
  error,
  hideLabel,
  className,
  options,
  ...select
}: Shared & ComponentProps<'select'> & { options: readonly SelectOption[] }) {
  return (
    <Field label={label} hint={hint} error={error} hideLabel={hideLabel} className={className}>
      {(control) => (
        <select {...select} {...control} className={CONTROL_CLASS}>
          {options.map((option) => (
            <option key={option.value} value={option.value} disabled={option.disabled}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** A labelled check box. */
export function CheckField({
  label,
  hint,
  className,
  ...input
}: { label: ReactNode; hint?: ReactNode } & Omit<ComponentProps<'input'>, 'type'>) {
  const id = useId();
  return (
    <div className={cx('flex items-start gap-2', className)}>
      <input
        {...input}
        type="checkbox"
        id={id}
        aria-describedby={hint ? `${id}-hint` : undefined}
        className="mt-0.5 size-5 shrink-0 accent-info-fill max-md:mt-0 max-md:size-6"
      />
      <label htmlFor={id} className="min-h-6 text-sm leading-6">
        {label}
        {hint && (
          <span id={`${id}-hint`} className="block text-xs text-muted">
            {hint}
          </span>
        )}
      </label>
    </div>
  );
}
