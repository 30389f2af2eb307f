import Link from 'next/link';

export type Crumb = { label: string; href?: string };

/** Where this page is: site ▸ block ▸ crane ▸ gateway. The last one is the page itself. */
export function Breadcrumb({ crumbs }: { crumbs: readonly Crumb[] }) {
  return (
    <nav aria-label="Breadcrumb">
      <ol className="flex flex-wrap items-center gap-x-1.5 text-xs text-muted">
        {crumbs.map((crumb, at) => (
          <li key={crumb.label} className="flex items-center gap-1.5">
            {at > 0 && <span aria-hidden>▸</span>}
            {crumb.href ? (
              <Link
                prefetch={false}
                href={crumb.href}
                className="inline-flex min-h-6 items-center underline-offset-2 hover:text-text hover:underline"
              >
                {crumb.label}
              </Link>
            ) : (
              <span aria-current={at === crumbs.length - 1 ? 'page' : undefined} className="inline-flex min-h-6 items-center">
                {crumb.label}
              </span>
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}
