'use client';
import { CheckField } from '../kit/field';

/** Which parts a snapshot or a bundle is to have: at least one. */
export function PartChecks<P extends string>({
  label,
  words,
  chosen,
  onChange,
}: {
  label: string;
  words: Record<P, { label: string; hint: string }>;
  chosen: readonly P[];
  onChange: (parts: P[]) => void;
}) {
  const all = Object.keys(words) as P[];
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="pb-1 text-xs font-medium text-muted">{label}</legend>
      {all.map((part) => (
        <CheckField
          key={part}
          label={words[part].label}
          hint={words[part].hint}
          checked={chosen.includes(part)}
          onChange={(event) => onChange(all.filter((one) => (one === part ? event.target.checked : chosen.includes(one))))}
        />
      ))}
      {chosen.length === 0 && (
        <p role="alert" className="text-xs text-p1">
          ■ Choose at least one part.
        </p>
      )}
    </fieldset>
  );
}
