'use client';
import { useState } from 'react';
import type { ConstraintBound } from '#/domain/safety/bounds';
import type { Verdict } from '#/domain/safety/evaluate';
import type { SafetyPolicy } from '#/domain/safety/policy';
import { CheckField, TextField } from '../kit/field';
import { type BoundField, boundFields, figureFault, withFigure } from './bound-fields';

type Props = { bound: ConstraintBound; limits: SafetyPolicy; verdict: Verdict; onChange: (bound: ConstraintBound) => void };

/** How far one constraint is to be relaxed: pre-filled to cover the present value, never past the hard limit. */
export function BoundInputs({ bound, limits, verdict, onChange }: Props) {
  return (
    <div className="flex flex-col gap-2">
      <div className="grid gap-3 sm:grid-cols-2">
        {boundFields(bound, limits, 0).map((field) => (
          <Figure key={field.key} field={field} onFigure={(shown) => onChange(withFigure(bound, field, shown))} />
        ))}
      </div>
      {bound.constraint === 'ups_battery' && (
        <CheckField
          label="Also while it runs on battery"
          checked={bound.bound.onBattery}
          onChange={(event) => onChange({ ...bound, bound: { ...bound.bound, onBattery: event.target.checked } })}
        />
      )}
      {bound.constraint === 'acs_collision' && (
        <p className="text-xs text-muted">Within the bound the warning zone does not block either; the stop zone always does.</p>
      )}
      <p className="text-xs text-muted">
        Limit in force {verdict.limit}; now {verdict.value ?? 'without a value'}.
      </p>
    </div>
  );
}

function Figure({ field, onFigure }: { field: BoundField; onFigure: (shown: number) => void }) {
  const [text, setText] = useState(String(field.value));
  // What is typed stays as typed while it means the same.
  const shown = Number(text) === field.value || text === '' ? text : String(field.value);
  return (
    <TextField
      type="number"
      inputMode="decimal"
      label={`${field.label}, ${field.unit}`}
      hint={`${field.min} (${field.minIs}) to ${field.max} (${field.maxIs})`}
      min={field.min}
      max={field.max}
      step={field.step}
      required
      value={shown}
      error={text === '' ? 'Enter a figure.' : figureFault(field)}
      onChange={(event) => {
        setText(event.target.value);
        if (event.target.value !== '') onFigure(Number(event.target.value));
      }}
    />
  );
}
