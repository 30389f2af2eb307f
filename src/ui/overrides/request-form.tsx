'use client';
import { OPERATION_CLASSES, REQUIRED_CONSTRAINTS } from '#/domain/safety/policy';
import { REASON_CODES } from '#/domain/safety/override-request';
import type { SitePolicy } from '#/domain/safety/site-policy';
import { CheckField, CONTROL_CLASS, Field, SelectField } from '../kit/field';
import { ConstraintChoice, type OverridePlan } from './constraint-choice';
import { MeasuresInput } from './measures-input';
import { DURATIONS_S, durationWords, OPERATION_WORDS, REASON_WORDS } from './override-words';
import { PinField, PinUserName } from './pin-field';
import { RequestConsequences } from './request-consequences';
import { type DraftFaults, longestAllowedS, type RequestDraft } from './request-draft';

type Props = {
  draft: RequestDraft;
  plan: OverridePlan | undefined;
  policies: readonly SitePolicy[];
  /** Shown after the first try to send it. */
  faults: DraftFaults;
  approvers: number;
  needsPin: boolean;
  mayBreakGlass: boolean;
  gateways: number;
  onChange: (next: Partial<RequestDraft>) => void;
};

/** O4 is asked for a restore or a reset that has been ordered, from its own page, and then for nothing else. */
const OPERATIONS = OPERATION_CLASSES.filter((one) => one !== 'O4');
const DESTRUCTIVE = OPERATION_CLASSES.filter((one) => one === 'O4');

export function RequestForm({ draft, plan, policies, faults, approvers, needsPin, mayBreakGlass, gateways, onChange }: Props) {
  const longest = longestAllowedS(draft.constraints, policies);
  const operations = draft.operation === 'O4' ? DESTRUCTIVE : OPERATIONS;
  return (
    <div className="flex flex-col gap-4">
      <SelectField
        label="For what"
        value={draft.operation}
        options={operations.map((value) => ({ value, label: OPERATION_WORDS[value] }))}
        onChange={(event) => {
          const operation = operations.find((one) => one === event.target.value) ?? draft.operation;
          const held = draft.constraints.filter((one) => REQUIRED_CONSTRAINTS[operation].includes(one));
          onChange({ operation, constraints: held });
        }}
      />
      <div>
        <ConstraintChoice draft={draft} plan={plan} policies={policies} onChange={onChange} />
        <Fault text={faults.constraints ?? faults.bounds} />
      </div>
      <div className="grid gap-3 sm:grid-cols-2">
        <SelectField
          label="For how long"
          hint={`These constraints may be overridden for ${durationWords(longest)} at most.`}
          error={faults.durationSeconds}
          value={String(draft.durationSeconds)}
          options={DURATIONS_S.map((value) => ({ value: String(value), label: durationWords(value), disabled: value > longest }))}
          onChange={(event) => onChange({ durationSeconds: Number(event.target.value) })}
        />
        <SelectField
          label="Reason"
          value={draft.reasonCode}
          options={REASON_CODES.map((value) => ({ value, label: REASON_WORDS[value] }))}
          onChange={(event) => onChange({ reasonCode: REASON_CODES.find((one) => one === event.target.value) ?? 'other' })}
        />
      </div>
      <Field label="Why, in words" error={faults.reason}>
        {(control) => (
          <textarea
            {...control}
            rows={2}
            maxLength={1000}
            value={draft.reason}
            onChange={(event) => onChange({ reason: event.target.value })}
            className={CONTROL_CLASS}
          />
        )}
      </Field>
      <MeasuresInput draft={draft} error={faults.measures} onChange={onChange} />
      {mayBreakGlass && (
        <CheckField
          label="Break the glass: alone, without anyone’s approval"
          hint="For when nobody else can be reached. Raises an alarm and is reviewed by someone else within 24 hours."
          checked={draft.breakGlass}
          onChange={(event) => onChange({ breakGlass: event.target.checked, pin: '' })}
          className="rounded-md border border-p2 px-3 py-2"
        />
      )}
      <RequestConsequences draft={draft} approvers={approvers} gateways={gateways} />
      {needsPin && (
        <>
          <PinUserName />
          <PinField
            label="Your PIN"
            name="pin"
            value={draft.pin}
            error={faults.pin}
            onChange={(event) => onChange({ pin: event.target.value })}
          />
        </>
      )}
    </div>
  );
}

function Fault({ text }: { text: string | undefined }) {
  if (!text) return null;
  return (
    <p role="alert" className="pt-1 text-xs text-p1">
      <span aria-hidden>■ </span>
      {text}
    </p>
  );
}
