'use client';
import { Tabs as Radix } from 'radix-ui';
import type { ReactNode } from 'react';

export type TabItem = { value: string; label: ReactNode; content: ReactNode };

/** Tabs by the WAI-ARIA pattern; the chosen one is controlled so that the URL can hold it. */
export function Tabs({
  label,
  items,
  value,
  onValueChange,
}: {
  label: string;
  items: readonly TabItem[];
  value: string;
  onValueChange: (value: string) => void;
}) {
  return (
    <Radix.Root value={value} onValueChange={onValueChange} className="flex min-h-0 flex-col">
      <Radix.List aria-label={label} className="flex gap-1 overflow-x-auto border-b border-line max-sm:gap-0">
        {items.map((item) => (
          <Radix.Trigger
            key={item.value}
            value={item.value}
            className="target -mb-px border-b-2 border-transparent px-3 py-1.5 max-sm:px-1.5 text-sm whitespace-nowrap text-muted -outline-offset-2 hover:text-text data-[state=active]:border-info data-[state=active]:font-semibold data-[state=active]:text-text"
          >
            {item.label}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {items.map((item) => (
        <Radix.Content key={item.value} value={item.value} className="pt-4 -outline-offset-2">
          {item.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
