'use client';
import { CheckField, CONTROL_CLASS, Field } from '../kit/field';
import { USUAL_MEASURES } from './override-words';
import type { RequestDraft } from './request-draft';

type Props = { draft: RequestDraft; error: string | undefined; onChange: (next: Partial<RequestDraft>) => void };

/** What makes up for the limit: usual measures to tick, others to write; at least one. */
export function MeasuresInput({ draft, error, onChange }: Props) {
  return (
    <fieldset className="flex flex-col gap-1">
      <legend className="pb-1 text-xs font-medium text-muted">Compensating measures, at least one</legend>
      {USUAL_MEASURES.map((measure) => (
        <CheckField
          key={measure}
          label={measure}
          checked={draft.measures.includes(measure)}
          onChange={(event) =>
            onChange({ measures: USUAL_MEASURES.filter((one) => (one === measure ? event.target.checked : draft.measures.includes(one))) })
          }
        />
      ))}
      <Field label="Others, one per line" error={error}>
        {(control) => (
          <textarea
            {...control}
            rows={2}
            maxLength={2000}
            value={draft.otherMeasures}
            onChange={(event) => onChange({ otherMeasures: event.target.value })}
            className={CONTROL_CLASS}
          />
        )}
      </Field>
    </fieldset>
  );
}
