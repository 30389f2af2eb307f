import Link from 'next/link';
import { buttonClass } from '#/ui/kit/button';

export default function NotFound() {
  return (
    <main className="flex min-h-dvh flex-col items-center justify-center gap-3 p-6 text-center">
      <h1 className="text-xl font-semibold">There is nothing at this address</h1>
      <p className="max-w-prose text-sm text-muted">The gateway or job may have been removed, or the link is incomplete.</p>
      <Link href="/" className={buttonClass('primary')}>
        Go to the overview
      </Link>
    </main>
  );
}
