'use client';
import { Anchor, Search } from 'lucide-react';
import Link from 'next/link';
import { buttonClass } from '../kit/button';
import { CONTROL_CLASS } from '../kit/field';
import { useSiteFilter, useSites } from '../sites/site-filter';
import { SiteClock } from './site-clock';
import { UserMenu } from './user-menu';

/** Product name, site filter, search, clock and the person's menu. */
export function TopBar({ onSearch }: { onSearch: () => void }) {
  const sites = useSites();
  const { site, setSiteCode } = useSiteFilter();
  return (
    <header className="sticky top-0 z-30 flex h-12 items-center gap-3 border-b border-line bg-surface px-3">
      <Link href="/" className="inline-flex min-h-6 items-center gap-2 text-base font-semibold tracking-tight md:w-40">
        <Anchor aria-hidden className="size-4 text-muted" />
        <span className="max-sm:sr-only">Fairlead</span>
      </Link>
      <select
        aria-label="Site"
        value={site?.code ?? ''}
        onChange={(event) => setSiteCode(event.target.value || null)}
        className={`${CONTROL_CLASS} !w-auto max-w-44`}
      >
        <option value="">All sites</option>
        {sites.map(({ code, name }) => (
          <option key={code} value={code}>
            {code} · {name}
          </option>
        ))}
      </select>
      <button type="button" onClick={onSearch} className={buttonClass('secondary', 'font-normal md:min-w-64 md:justify-start')}>
        <Search aria-hidden className="size-3.5" />
        <span className="text-muted max-md:sr-only">Find a gateway or a page</span>
        <kbd aria-hidden className="ml-auto font-mono text-2xs text-muted max-md:hidden">
          Ctrl K
        </kbd>
      </button>
      <div className="ml-auto flex items-center gap-3">
        <SiteClock />
        <UserMenu />
      </div>
    </header>
  );
}
