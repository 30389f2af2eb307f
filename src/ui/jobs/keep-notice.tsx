'use client';
import { useState } from 'react';
import { isUnwell } from '#/domain/jobs/undecided';
import { useCan } from '../access/access';
import { Button } from '../kit/button';
import { Notice } from '../kit/notice';
import { DecisionDialog } from './decision-dialog';
import type { Job } from './job-page';
import { keptWords } from './job-words';
import { leaveWords } from './leave-words';

const ON_SITE =
  'It does not restart by itself while nobody sees the crane; each further start counts, and beyond the limit of its boot counter the bootloader goes back to the former version.';

const FILES_ON_SITE =
  'It does not restart by itself while nobody sees the crane; each further start counts, and after three of them the former files come back.';

/** A version that was found healthy runs and is not kept yet: what that means, what it waits for, and the way back. */
export function KeepNotice({ job }: { job: Job }) {
  const can = useCan();
  const [open, setOpen] = useState(false);
  if (!job.waitsToBeKept) return null;
  const reset = job.operation === 'factory_reset';
  const { goBack, isSlot } = leaveWords(job);
  const unseen = job.holds.some((hold) => hold.unseen);
  const unwell = isUnwell(job.holds);
  return (
    <Notice
      priority={unseen ? 'p2' : 'p3'}
      title={keptWords(job)}
      action={!reset && can('recovery.rollback', job.gateway.siteId) && <Button onClick={() => setOpen(true)}>{goBack} …</Button>}
    >
      <p>
        {reset ? 'The reset is confirmed' : isSlot ? 'It is kept' : 'They are kept'} as soon as nothing below holds it any more, whatever
        the strategy of the job. The gateway looks every second; nobody has to decide.
      </p>
      {!reset && (
        <p className="text-muted">
          {unseen
            ? `${unwell ? 'A broken link may be the cause.' : 'Something that it must see is silent or contradicts itself.'} ${isSlot ? ON_SITE : FILES_ON_SITE}`
            : 'Until then nothing is confirmed: power cuts do not count against it, starts that do not come up do.'}
        </p>
      )}
      {open && <DecisionDialog job={job} decision="roll_back" onClose={() => setOpen(false)} />}
    </Notice>
  );
}
