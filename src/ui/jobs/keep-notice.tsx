import { Notice } from '../kit/notice';
import type { Job } from './job-page';

/** A healthy version runs and is not kept yet: what that means, and what it waits for. */
export function KeepNotice({ job }: { job: Job }) {
  if (!job.waitsToBeKept) return null;
  const reset = job.operation === 'factory_reset';
  const unseen = job.holds.some((hold) => hold.unseen);
  return (
    <Notice priority={unseen ? 'p2' : 'p3'} title={reset ? 'The gateway is reset and healthy' : `${job.toVersion} runs and is healthy`}>
      <p>
        {reset ? 'The reset is confirmed' : 'It is kept'} as soon as nothing below holds it any more, whatever the strategy of the job. The
        gateway looks every second; nobody has to decide.
      </p>
      {!reset && (
        <p className="text-muted">
          {unseen
            ? 'Something that it must see is silent or contradicts itself. It does not restart by itself while nobody sees the crane; each further start counts, and beyond the limit of its boot counter the bootloader goes back to the former version.'
            : 'Until then it runs unconfirmed: power cuts do not count against it, starts that do not come up do.'}
        </p>
      )}
    </Notice>
  );
}
