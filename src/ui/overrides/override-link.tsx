'use client';
import Link from 'next/link';
import { useQueryState } from 'nuqs';
import type { ReactNode } from 'react';
import { overrideParsers } from './overrides-state';

/** Opens the card of an override on this page; as a link it can be opened elsewhere and handed on. */
export function OverrideLink({ id, children, className }: { id: string; children: ReactNode; className?: string }) {
  const [, setOpen] = useQueryState('open', overrideParsers.open);
  return (
    <Link
      prefetch={false}
      href={`/overrides?open=${encodeURIComponent(id)}`}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        void setOpen(id);
      }}
      className={
        className ?? 'inline-flex min-h-6 items-center font-mono text-xs font-medium whitespace-nowrap underline-offset-2 hover:underline'
      }
    >
      {children}
    </Link>
  );
}
