import { type ReactNode, useId } from 'react';
import { cx } from './class-names';

type PanelProps = { title: ReactNode; aside?: ReactNode; children: ReactNode; className?: string; flush?: boolean };

/** A titled section of a page; `flush` lets a table or list touch the edges. */
export function Panel({ title, aside, children, className, flush = false }: PanelProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={cx('min-w-0 rounded-lg border border-line bg-surface', className)}>
      <header className="flex min-h-10 flex-wrap items-center justify-between gap-x-4 gap-y-1 border-b border-line px-3 py-1.5">
        <h2 id={id} className="text-sm font-semibold">
          {title}
        </h2>
        {aside && <div className="flex flex-wrap items-center gap-2 text-xs text-muted">{aside}</div>}
      </header>
      <div className={flush ? undefined : 'p-3'}>{children}</div>
    </section>
  );
}
