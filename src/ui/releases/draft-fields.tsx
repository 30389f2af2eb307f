'use client';
import { RELEASE_SEVERITIES, RELEASE_TYPES } from '#/domain/releases/release-words';
import { CHANNELS } from '#/domain/settings/gateway-settings';
import { CONTROL_CLASS, Field, SelectField, TextField } from '../kit/field';
import type { RouterInputs } from '../trpc/client';

/** A draft as it stands in the form; lists are lines. */
export type Draft = {
  version: string;
  channel: (typeof CHANNELS)[number];
  type: (typeof RELEASE_TYPES)[number];
  severity: (typeof RELEASE_SEVERITIES)[number];
  description: string;
  changelog: string;
  hardware: string;
  prerequisites: string;
};

export const NEW_DRAFT: Draft = {
  version: '',
  channel: 'nightly',
  type: 'feature',
  severity: 'normal',
  description: '',
  changelog: '',
  hardware: '',
  prerequisites: '',
};

/** What the server takes. */
export function fieldsOf(draft: Draft): RouterInputs['releases']['update']['fields'] {
  const list = (text: string, separator: RegExp) =>
    text
      .split(separator)
      .map((one) => one.trim())
      .filter((one) => one !== '');
  return {
    version: draft.version.trim(),
    channel: draft.channel,
    type: draft.type,
    severity: draft.severity,
    description: draft.description.trim(),
    changelog: list(draft.changelog, /\n/),
    hardware: list(draft.hardware, /[\n,]/),
    prerequisites: list(draft.prerequisites, /[\n,]/),
  };
}

const options = (words: readonly string[]) => words.map((value) => ({ value, label: value }));

/** The boxes of a draft. */
export function DraftFields({ draft, onChange }: { draft: Draft; onChange: (next: Partial<Draft>) => void }) {
  const choose = <T extends string>(words: readonly T[], value: string, key: keyof Draft) =>
    onChange({ [key]: words.find((one) => one === value) ?? words[0] } as Partial<Draft>);
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      <TextField
        label="Version"
        hint="Such as v5.1.0 or v5.1.0-rc.1. Never used twice."
        required
        maxLength={80}
        spellCheck={false}
        value={draft.version}
        onChange={(event) => onChange({ version: event.target.value })}
      />
      <SelectField
        label="Channel"
        value={draft.channel}
        options={options(CHANNELS)}
        onChange={(event) => choose(CHANNELS, event.target.value, 'channel')}
      />
      <SelectField
        label="Type"
        value={draft.type}
        options={options(RELEASE_TYPES)}
        onChange={(event) => choose(RELEASE_TYPES, event.target.value, 'type')}
      />
      <SelectField
        label="Severity"
        value={draft.severity}
        options={options(RELEASE_SEVERITIES)}
        onChange={(event) => choose(RELEASE_SEVERITIES, event.target.value, 'severity')}
      />
      <TextField
        className="sm:col-span-2"
        label="Description"
        required
        maxLength={500}
        value={draft.description}
        onChange={(event) => onChange({ description: event.target.value })}
      />
      <Field className="sm:col-span-2" label="Changelog" hint="One change per line.">
        {(control) => (
          <textarea
            {...control}
            rows={4}
            value={draft.changelog}
            onChange={(event) => onChange({ changelog: event.target.value })}
            className={`${CONTROL_CLASS} h-auto py-1.5`}
          />
        )}
      </Field>
      <TextField
        label="Hardware"
        hint="Revisions, separated by commas; empty: every one."
        value={draft.hardware}
        onChange={(event) => onChange({ hardware: event.target.value })}
      />
      <TextField
        label="Needs before"
        hint="Versions, such as v5.0.0+; empty: none."
        value={draft.prerequisites}
        onChange={(event) => onChange({ prerequisites: event.target.value })}
      />
    </div>
  );
}
