import type { ReactNode } from 'react';
import { cx } from './class-names';
import { Mark, type Priority } from './mark';

const EDGE: Record<Priority, string> = {
  p1: 'border-l-p1',
  p2: 'border-l-p2',
  p3: 'border-l-p3',
  info: 'border-l-info',
  none: 'border-l-line-strong',
};

/** Something to know before going on: a heading with its mark, a text, and what one may do about it. */
export function Notice({
  priority,
  title,
  children,
  action,
  className,
}: {
  priority: Priority;
  title: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
  className?: string;
}) {
  return (
    <div className={cx('rounded-md border border-line border-l-4 bg-raised px-3 py-2 text-sm', EDGE[priority], className)}>
      <p className="font-semibold">
        <Mark priority={priority} className="!whitespace-normal">
          {title}
        </Mark>
      </p>
      {children && <div className="pt-0.5">{children}</div>}
      {action && <div className="flex flex-wrap gap-2 pt-2">{action}</div>}
    </div>
  );
}
