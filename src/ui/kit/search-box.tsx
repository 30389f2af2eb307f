'use client';
import { useEffect, useState } from 'react';
import { cx } from './class-names';
import { CONTROL_CLASS } from './field';

/** The text reaches the URL, and so the server, this long after the last key. */
const TYPING_MS = 200;

/** The text filter of a list; `/` puts the cursor here. */
export function SearchBox({
  label,
  placeholder,
  value,
  onChange,
  className = 'max-md:!w-full',
}: {
  label: string;
  placeholder: string;
  value: string;
  onChange: (value: string) => void;
  className?: string;
}) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => onChange(text), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text, value, onChange]);
  return (
    <input
      data-filter
      type="search"
      aria-label={label}
      placeholder={placeholder}
      value={text}
      onChange={(event) => setText(event.target.value)}
      className={cx(CONTROL_CLASS, '!w-64', className)}
    />
  );
}
