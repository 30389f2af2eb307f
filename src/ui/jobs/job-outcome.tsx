'use client';
import Link from 'next/link';
import { useCan } from '../access/access';
import { buttonClass } from '../kit/button';
import { Notice } from '../kit/notice';
import type { Job } from './job-page';

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

function wordsOf(job: Job): { title: string; text: string } {
  const running = job.gateway.activeVersion ?? 'an unknown version';
  if (job.state === 'rolled_back')
    return {
      title: 'The gateway fell back to its old version',
      text: `${job.toVersion} did not boot or did not prove its health. The gateway runs ${running} on slot ${job.gateway.activeSlot ?? '?'}.`,
    };
  if (job.state === 'failed')
    return {
      title: 'The update failed',
      text: `Nothing was switched for good. The gateway runs ${running} on slot ${job.gateway.activeSlot ?? '?'}.`,
    };
  return { title: 'The job was cancelled', text: `The gateway keeps running ${running}.` };
}
