'use client';
import { formatDuration } from '../clock/format';
import { useNowMs } from '../clock/now';
import { cx } from '../kit/class-names';
import { Time } from '../kit/time';
import type { JobOperation } from '#/domain/jobs/operations';
import { jobWords, stepLabel } from './job-words';
import type { Job } from './job-page';
import { useJobNow } from './live-progress';
import { type Phase, type PhaseStatus, phasesOf } from './phases';

const MARK: Record<PhaseStatus, string> = { done: '✓', now: '●', held: '⊘', ended: '■', todo: '○' };
const SAID: Record<PhaseStatus, string> = { done: 'done', now: 'now', held: 'held here', ended: 'ended', todo: 'to come' };

/** The phases as steps with times: a row on a wide screen, a column on a narrow one. */
export function PhaseStepper({ job, zone }: { job: Job; zone: string }) {
  const now = useJobNow(job);
  const state = job.state === 'waiting' || job.state === 'paused' ? job.state : (now.state as Job['state']);
  const phases = phasesOf({ ...job, state });
  return (
    <ol aria-label="Phases" className="grid auto-cols-fr gap-y-0 xl:grid-flow-col xl:gap-x-1">
      {phases.map((phase) => (
        <Step key={phase.state} phase={phase} operation={job.operation} state={job.state} zone={zone} />
      ))}
    </ol>
  );
}

type End = { tone: string; mark: string };
/** How an end looks, by the priority of its state: colour and shape. */
const END: Partial<Record<string, End>> & { none: End } = {
  p1: { tone: 'text-p1', mark: '■' },
  p2: { tone: 'text-p2', mark: '▲' },
  none: { tone: 'text-text', mark: '✕' },
};
const LINE: Partial<Record<Phase['status'], string>> = { done: 'border-line-strong', ended: 'border-current', todo: 'border-line' };

type StepProps = { phase: Phase; operation: JobOperation; state: string; zone: string };

function Step({ phase, operation, state, zone }: StepProps) {
  const { status } = phase;
  const lit = status === 'now' || status === 'held';
  const end = END[jobWords(phase.state).priority] ?? END.none;
  const tone = status === 'ended' ? end.tone : lit ? 'text-info' : 'text-muted';
  return (
    <li
      aria-current={lit ? 'step' : undefined}
      className={cx(
        'grid min-h-8 grid-cols-[1.25rem_6.5rem_minmax(0,1fr)] items-baseline gap-x-2 border-l-2 py-0.5 pl-2 text-sm xl:block xl:min-h-18 xl:border-t-2 xl:border-l-0 xl:pt-1.5 xl:pl-0',
        lit ? 'border-info' : LINE[status],
        status === 'ended' && tone,
      )}
    >
      <span aria-hidden className={cx('inline-block w-4 text-xs', tone)}>
        {status === 'ended' ? end.mark : MARK[status]}
      </span>
      <span className={cx(lit && 'font-semibold', status === 'todo' && 'text-muted')}>
        {stepLabel(phase.state, operation)}
        <span className="sr-only">, {SAID[status]}</span>
      </span>
      <span className="flex flex-wrap gap-x-3 text-xs whitespace-nowrap text-muted xl:block xl:min-h-9">
        {phase.at && (
          <span className="xl:block">
            <Time at={phase.at} zone={zone} seconds />
          </span>
        )}
        <span>
          {lit ? <Running phase={phase} word={state === 'paused' ? 'paused' : state === 'waiting' ? 'waiting' : null} /> : took(phase)}
        </span>
      </span>
    </li>
  );
}

function took(phase: Phase): string {
  return phase.durationMs === null || phase.status !== 'done' ? '' : `took ${formatDuration(phase.durationMs)}`;
}

function Running({ phase, word }: { phase: Phase; word: string | null }) {
  const nowMs = useNowMs();
  if (!phase.at) return word;
  return `${word ? `${word}, ` : ''}${formatDuration(nowMs - phase.at.getTime())} so far`;
}
