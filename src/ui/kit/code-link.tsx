import Link from 'next/link';
import type { ReactNode } from 'react';
import { cx } from './class-names';

type Props = { href: string; children: ReactNode; className?: string };

/** Leads to what a name, a version or an id stands for. Not read ahead: a list has many. */
export function CodeLink({ href, children, className }: Props) {
  return (
    <Link
      prefetch={false}
      href={href}
      className={cx('inline-flex min-h-6 items-center font-mono text-xs underline-offset-2 hover:underline', className)}
    >
      {children}
    </Link>
  );
}
