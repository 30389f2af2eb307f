'use client';
import Link from 'next/link';
import { useCan } from '../access/access';
import { buttonClass } from '../kit/button';
import { Notice } from '../kit/notice';
import type { Job } from './job-page';
import { OPERATION_WORDS } from './job-words';

/** How a job ended badly, in words, and the next step; nothing for one that runs or went well. */
export function JobOutcome({ job }: { job: Job }) {
  const can = useCan();
  if (!job.finished || job.state === 'confirmed') return null;
  const { title, text } = wordsOf(job);
  return (
    <Notice
      priority={job.state === 'failed' ? 'p1' : job.state === 'rolled_back' ? 'p2' : 'none'}
      title={title}
      action={
        job.operation === 'update' &&
        can('job.start', job.gateway.siteId) && (
          <Link prefetch={false} href={`/gateways/${job.gateway.id}/update`} className={buttonClass()}>
            Start another update
          </Link>
        )
      }
    >
      <p>{text}</p>
      {job.errorMessage && (
        <p className="text-muted">
          {job.errorMessage}
          {job.errorCode && <span className="font-mono text-xs"> ({job.errorCode})</span>}
        </p>
      )}
    </Notice>
  );
}

/** What a failure leaves behind. */
const FAILED_TEXT: Record<Job['operation'], string> = {
  update: 'Nothing was switched for good.',
  rollback: 'Nothing was switched for good.',
  restore: 'Nothing was switched for good.',
  restore_files: 'Until the restart nothing is replaced: the timeline says whether it was made.',
  snapshot: 'Nothing of it is kept.',
  factory_reset: 'The timeline says whether anything had been wiped.',
};

function wordsOf(job: Job): { title: string; text: string } {
  const running = job.gateway.activeVersion ?? 'an unknown version';
  if (job.state === 'rolled_back' && job.operation === 'restore_files')
    return {
      title: 'The former files are back',
      text: `The gateway did not prove its health with the restored files, the restart could not be made in time, or a person ordered the way back. It runs ${running} with the data and configuration of before.`,
    };
  if (job.state === 'rolled_back')
    return {
      title: 'The gateway fell back to its old version',
      text: `${job.toVersion} did not boot, did not prove its health, or was left by a person’s order. The gateway runs ${running} on slot ${job.gateway.activeSlot ?? '?'}.`,
    };
  if (job.state === 'failed')
    return {
      title: `The ${OPERATION_WORDS[job.operation].toLowerCase()} failed`,
      text: `${FAILED_TEXT[job.operation]} The gateway runs ${running} on slot ${job.gateway.activeSlot ?? '?'}.`,
    };
  return { title: 'The job was cancelled', text: `The gateway keeps running ${running}.` };
}
