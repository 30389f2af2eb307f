import Link from 'next/link';
import { Notice } from '../kit/notice';

/** Before a job is ordered: the one that is in its way. */
export function UnfinishedJobNotice({ jobId }: { jobId: string }) {
  return (
    <Notice
      priority="p3"
      title="Another job is in progress on this gateway"
      action={
        <Link prefetch={false} href={`/jobs/${jobId}`} className="inline-flex min-h-6 items-center underline underline-offset-2">
          Look at {jobId}
        </Link>
      }
    >
      Only one may run at a time. Wait until it has finished, or cancel it.
    </Notice>
  );
}
