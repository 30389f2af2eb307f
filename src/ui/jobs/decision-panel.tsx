'use client';
/** What a person decides about a version that runs, is not healthy, and may not be left by itself. */
import { useState } from 'react';
import type { Decision } from '#/domain/jobs/undecided';
import { useCan } from '../access/access';
import { Button } from '../kit/button';
import { Notice } from '../kit/notice';
import { DecisionDialog } from './decision-dialog';
import type { Job } from './job-page';
import { leaveWords } from './leave-words';

const ORDERED: Record<string, string> = {
  keep: 'To keep it is ordered: the gateway asks for its health once more.',
  roll_back: 'The way back is ordered: the gateway restarts when the interlocks allow it.',
};

export function DecisionPanel({ job }: { job: Job }) {
  const can = useCan();
  const [open, setOpen] = useState<Decision | null>(null);
  if (!job.undecided) return null;
  const { kept, keep, goBack, isSlot } = leaveWords(job);
  const may = can('recovery.rollback', job.gateway.siteId);
  const why = job.holds.find(({ kind }) => kind === 'decision')?.message;
  const ordered = job.requestedAction === null ? undefined : ORDERED[job.requestedAction];
  return (
    <Notice
      priority="p2"
      title={
        why ? `A person decides about ${kept}` : `${kept.replace(/^./, (first) => first.toUpperCase())} ${isSlot ? 'is' : 'are'} to be left`
      }
      action={
        may && (
          <>
            <Button onClick={() => setOpen('keep')}>{keep} …</Button>
            <Button variant="danger" onClick={() => setOpen('roll_back')}>
              {goBack} …
            </Button>
          </>
        )
      }
    >
      <p className="first-letter:uppercase">
        {why ??
          `The way back is ordered and waits for the interlocks. Until ${isSlot ? 'the gateway has told its bootloader it' : 'it has begun they'} may still be kept; afterwards the gateway refuses to and says so.`}
      </p>
      <p className="text-muted">
        {why && 'The settings of this gateway say that it does not fall back by itself. '}
        {isSlot
          ? 'Until this is done it runs unconfirmed: each further start counts, and beyond the limit of its boot counter the bootloader goes back to the former version.'
          : 'Until this is done nothing is confirmed: each further start counts, and after three of them the former files come back.'}
      </p>
      {ordered && <p role="status">{ordered}</p>}
      {!may && <p className="text-muted">An operator, a supervisor or an administrator of this site decides.</p>}
      {open && <DecisionDialog job={job} decision={open} onClose={() => setOpen(null)} />}
    </Notice>
  );
}
