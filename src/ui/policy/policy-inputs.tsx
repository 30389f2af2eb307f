'use client';
import { useState } from 'react';
import { useController, useFormContext, type FieldPath } from 'react-hook-form';
import { REQUESTER_ROLES, type SitePolicy } from '#/domain/safety/site-policy';
import type { Constraint } from '#/domain/safety/signals';
import { CheckField, SelectField, TextField } from '../kit/field';
import type { FigureField } from './policy-fields';

type Path = FieldPath<SitePolicy>;

/** A number in the unit that people use; the form holds the stored one. */
export function FigureInput({ field }: { field: FigureField }) {
  const { field: control, fieldState } = useController<SitePolicy>({ name: field.path as Path });
  const stored = control.value as number;
  const [typed, setTyped] = useState<string | null>(null);
  const shown = typed !== null && Math.round(Number(typed) * field.scale) === stored ? typed : inUnit(stored, field.scale);
  return (
    <TextField
      type="number"
      inputMode="decimal"
      label={`${field.label}, ${field.unit}`}
      hint={field.hint}
      min={field.min}
      max={field.max}
      step={field.step}
      error={fieldState.error ? (ruleOf(fieldState.error.message) ?? `Enter ${field.min} to ${field.max} ${field.unit}.`) : null}
      name={control.name}
      ref={control.ref}
      onBlur={control.onBlur}
      value={shown}
      onChange={(event) => {
        setTyped(event.target.value);
        control.onChange(event.target.value === '' ? Number.NaN : Math.round(Number(event.target.value) * field.scale * 1000) / 1000);
      }}
    />
  );
}

function inUnit(stored: number, scale: number): string {
  return Number.isFinite(stored) ? String(stored / scale) : '';
}

/** The schema's own rule between two fields has words of its own; ranges have better ones here. */
function ruleOf(message: string | undefined): string | null {
  return message?.startsWith('must') ? `It ${message}.` : null;
}

/** A yes-or-no rule. */
export function RuleToggle({ path, label, hint }: { path: Path; label: string; hint?: string }) {
  const { register } = useFormContext<SitePolicy>();
  return <CheckField label={label} hint={hint} {...register(path)} />;
}

const APPROVERS = [
  { value: '0', label: 'None: a supervisor’s own PIN' },
  { value: '1', label: 'One other person' },
  { value: '2', label: 'Two other persons' },
];

/** How many others must say yes. */
export function ApproversSelect({ constraint }: { constraint: Constraint }) {
  const { field } = useController<SitePolicy>({ name: `override.${constraint}.approvers` });
  return (
    <SelectField
      label="Approved by"
      options={APPROVERS}
      name={field.name}
      ref={field.ref}
      onBlur={field.onBlur}
      value={String(field.value)}
      onChange={(event) => field.onChange(Number(event.target.value))}
    />
  );
}

const RECOVERY_APPROVERS = [
  { value: '0', label: 'Nobody else' },
  { value: '1', label: 'One other person, with own PIN' },
];

/** Whether a second person must agree to an operation that destroys. */
export function RecoveryApproversSelect({ path, label }: { path: 'recovery.resetApprovers' | 'recovery.restoreApprovers'; label: string }) {
  const { field } = useController<SitePolicy, typeof path>({ name: path });
  return (
    <SelectField
      label={label}
      options={RECOVERY_APPROVERS}
      name={field.name}
      ref={field.ref}
      onBlur={field.onBlur}
      value={String(field.value)}
      onChange={(event) => field.onChange(Number(event.target.value))}
    />
  );
}

/** Which roles may ask. */
export function RequesterChecks({ constraint }: { constraint: Constraint }) {
  const { field } = useController<SitePolicy>({ name: `override.${constraint}.requesters` });
  const chosen = field.value as readonly string[];
  return (
    <fieldset className="flex flex-col gap-1">
      <legend className="pb-1 text-xs font-medium text-muted">Asked for by</legend>
      <div className="flex flex-wrap gap-x-4">
        {REQUESTER_ROLES.map((role) => (
          <CheckField
            key={role}
            label={role}
            checked={chosen.includes(role)}
            // In the table's order, so that ticking twice is no difference.
            onChange={(event) =>
              field.onChange(REQUESTER_ROLES.filter((one) => (one === role ? event.target.checked : chosen.includes(one))))
            }
          />
        ))}
      </div>
    </fieldset>
  );
}
