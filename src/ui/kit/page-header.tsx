import type { ReactNode } from 'react';
import { Breadcrumb, type Crumb } from './breadcrumb';

/** The head of a page: where it is, its title, one line about it, and its actions. */
export function PageHeader({
  title,
  crumbs,
  lead,
  actions,
}: {
  title: ReactNode;
  crumbs?: readonly Crumb[];
  lead?: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <header className="flex flex-wrap items-end justify-between gap-x-6 gap-y-2">
      <div className="min-w-0">
        {crumbs && <Breadcrumb crumbs={crumbs} />}
        <h1 className="text-xl font-semibold tracking-tight">{title}</h1>
        {lead && <div className="text-sm text-muted">{lead}</div>}
      </div>
      {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
    </header>
  );
}
