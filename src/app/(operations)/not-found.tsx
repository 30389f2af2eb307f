import Link from 'next/link';
import { buttonClass } from '#/ui/kit/button';

/** Inside the frame: navigation and search stay at hand. */
export default function OperationsNotFound() {
  return (
    <div className="flex flex-1 flex-col items-center justify-center gap-3 p-6 text-center">
      <h1 className="text-xl font-semibold">There is nothing at this address</h1>
      <p className="max-w-prose text-sm text-muted">
        The gateway, job or release may have been removed, the link may be incomplete, or it is of a site that you may not see.
      </p>
      <Link href="/gateways" className={buttonClass('primary')}>
        Go to the gateways
      </Link>
    </div>
  );
}
