import type { ReactNode } from 'react';
import { Button } from './button';

/** Nothing to show: says what that means and what to do next. */
export function EmptyState({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="flex flex-col items-center gap-2 px-4 py-8 text-center">
      <p className="text-sm font-medium">{title}</p>
      {children && <div className="max-w-prose text-sm text-muted">{children}</div>}
      {action && <div className="pt-1">{action}</div>}
    </div>
  );
}

/** The shape of what is to come, in grey; announced once. */
export function LoadingState({ label, rows = 5 }: { label: string; rows?: number }) {
  return (
    <div role="status" className="flex flex-col gap-2 p-3">
      <span className="sr-only">{label}</span>
      {Array.from({ length: rows }, (_, row) => (
        <div
          key={`row-${row.toString()}`}
          aria-hidden
          className="h-5 animate-pulse rounded-sm bg-line"
          style={{ width: `${96 - ((row * 13) % 38)}%` }}
        />
      ))}
    </div>
  );
}

/** Something failed: what, why, and what to do; never a blank space. */
export function ErrorState({
  title,
  message,
  actions = [],
  onRetry,
}: {
  title: string;
  message: string;
  actions?: readonly string[];
  onRetry?: () => void;
}) {
  return (
    <div role="alert" className="m-3 flex flex-col items-start gap-2 rounded-md border border-line border-l-4 border-l-p1 bg-raised p-3">
      <p className="text-sm font-semibold text-p1">
        <span aria-hidden>■ </span>
        {title}
      </p>
      <p className="text-sm text-text">{message}</p>
      {actions.length > 0 && (
        <ul className="list-disc pl-5 text-sm text-text">
          {actions.map((action) => (
            <li key={action}>{action}</li>
          ))}
        </ul>
      )}
      {onRetry && <Button onClick={onRetry}>Try again</Button>}
    </div>
  );
}
