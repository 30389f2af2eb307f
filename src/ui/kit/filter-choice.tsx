'use client';
import { cx } from './class-names';
import { CONTROL_CLASS } from './field';

type Props = {
  label: string;
  /** Empty: all. */
  value: string;
  options: readonly { value: string; label: string }[];
  onChange: (value: string) => void;
  /** `/` puts the cursor here: in a filter bar without a text box. */
  first?: boolean;
};

/** One choice of a filter bar; stands out while it narrows the list. */
export function FilterChoice({ label, value, options, onChange, first = false }: Props) {
  return (
    <select
      data-filter={first || undefined}
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      className={cx(CONTROL_CLASS, '!w-auto max-w-52 max-md:!w-[calc(50%-0.25rem)]', value !== '' && 'border-info bg-select')}
    >
      <option value="">{label}: all</option>
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}
