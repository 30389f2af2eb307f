'use client';
import type { ReactNode } from 'react';
import { cx } from './class-names';

/** Of each cell of a plain table, with what the one column adds to it. */
export const CELL = 'border-b border-line px-2.5 py-1 first:pl-3 last:pr-3';
const HEAD = 'border-b border-line-strong px-2.5 py-2 text-xs font-medium whitespace-nowrap text-muted first:pl-3 last:pr-3';

export type Title = string | { text: string; className: string };

type Props = {
  label: string;
  titles: readonly Title[];
  /** The rows. */
  children: ReactNode;
  className?: string;
};

/** A short table, read whole: where the screen is narrower than it is, it scrolls sideways by itself, by key as well. */
export function PlainTable({ label, titles, children, className }: Props) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area has to be reachable by keyboard
    <section aria-label={label} tabIndex={0} className={cx('relative overflow-auto -outline-offset-2', className)}>
      <table className="w-full text-sm">
        <thead>
          <tr>
            {titles.map((title) => (
              <Head key={typeof title === 'string' ? title : title.text} title={title} />
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}

function Head({ title }: { title: Title }) {
  const { text, className } = typeof title === 'string' ? { text: title, className: 'text-left' } : title;
  return (
    <th scope="col" className={cx(HEAD, className)}>
      {text}
    </th>
  );
}
