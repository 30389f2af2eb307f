import type { ReactNode } from 'react';
import { cx } from './class-names';

/** What something means to the person who looks: p1–p3 need someone, info is a state of work, none is normal. */
export type Priority = 'p1' | 'p2' | 'p3' | 'info' | 'none';

const SHAPE: Record<Priority, string> = { p1: '■', p2: '▲', p3: '◆', info: '●', none: '○' };
const TEXT: Record<Priority, string> = { p1: 'text-p1', p2: 'text-p2', p3: 'text-p3', info: 'text-info', none: 'text-muted' };
const FILL: Record<Priority, string> = {
  p1: 'bg-p1-fill text-p1',
  p2: 'bg-p2-fill text-p2',
  p3: 'bg-p3-fill text-p3',
  info: 'bg-select text-info',
  none: 'bg-hover text-muted',
};

/** Shape, colour and text together; never colour alone. */
export function Mark({ priority, children, className }: { priority: Priority; children: ReactNode; className?: string }) {
  return (
    <span className={cx('inline-flex items-baseline gap-1.5 whitespace-nowrap', className)}>
      <span aria-hidden className={cx('self-center text-[0.7em] leading-none', TEXT[priority])}>
        {SHAPE[priority]}
      </span>
      <span className={priority === 'none' ? undefined : TEXT[priority]}>{children}</span>
    </span>
  );
}

/** The same in a filled box, for headings and cards. */
export function Badge({ priority = 'none', children }: { priority?: Priority; children: ReactNode }) {
  return (
    <span className={cx('inline-flex items-center gap-1 rounded-sm px-1.5 py-0.5 text-xs font-medium whitespace-nowrap', FILL[priority])}>
      {priority !== 'none' && (
        <span aria-hidden className="text-[0.7em] leading-none">
          {SHAPE[priority]}
        </span>
      )}
      {children}
    </span>
  );
}
