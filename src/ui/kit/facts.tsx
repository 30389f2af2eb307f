import type { ReactNode } from 'react';
import { cx } from './class-names';

export type Fact = { label: string; value: ReactNode };

/** Names and values in two columns, aligned. */
export function Facts({ facts, className }: { facts: readonly Fact[]; className?: string }) {
  return (
    <dl className={cx('grid content-start grid-cols-[minmax(6rem,auto)_minmax(0,1fr)] items-baseline gap-x-4 gap-y-1 text-sm', className)}>
      {facts.map(({ label, value }) => (
        <div key={label} className="contents">
          <dt className="py-0.5 text-xs whitespace-nowrap text-muted">{label}</dt>
          <dd className="min-w-0 break-words">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
