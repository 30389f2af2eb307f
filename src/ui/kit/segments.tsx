'use client';
import { Button } from './button';

/** A few choices of which one is on, as a row of buttons. */
export function Segments<T extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: T;
  options: readonly { value: T; label: string }[];
  onChange: (value: T) => void;
}) {
  return (
    <fieldset aria-label={label} className="flex flex-wrap gap-1">
      {options.map((option) => (
        <Button
          key={option.value}
          variant="quiet"
          aria-pressed={option.value === value}
          onClick={() => onChange(option.value)}
          className="px-2.5 aria-pressed:bg-select aria-pressed:font-semibold aria-pressed:text-text"
        >
          {option.label}
        </Button>
      ))}
    </fieldset>
  );
}
