/** What WebSocket clients are told when a job moves (contract: WebSocket; shapes of the seed). */
import type { Hold } from '#/domain/jobs/hold';
import type { JobEventName, JobState } from '#/domain/jobs/job-machine';
import { type JobOperation, operationOf } from '#/domain/jobs/operations';
import { isUndecided, waitsToBeKept } from '#/domain/jobs/undecided';
import type { Tx } from '../db/client';
import { appendStreamEvent, type StreamEventInput } from '../live/append-stream-event';
import { compactSize, spokenDuration } from './human-text';

export type MovedJob = {
  id: string;
  gatewayId: string;
  siteId: string;
  toVersion: string;
  operation: string;
  bytesTotal: bigint;
  createdAt: Date;
  startedAt: Date | null;
  state: JobState;
  waitingFor: string | null;
  options: { rebootAfter: boolean; rebootDelaySeconds: number };
};
export type Move = { event: JobEventName; message: string; holds: Hold[]; nowMs: number };
type Payload = Record<string, unknown>;

const SYSTEM_STATUS: Record<JobState, string> = {
  offered: 'idle',
  accepted: 'updating',
  downloading: 'updating',
  downloaded: 'idle',
  verifying: 'updating',
  writing: 'updating',
  written: 'updating',
  boot_pending: 'updating',
  booted_unconfirmed: 'updating',
  confirmed: 'idle',
  rolled_back: 'error',
  failed: 'error',
  cancelled: 'idle',
  paused: 'idle',
  waiting: 'idle',
  capturing: 'updating',
  resetting: 'updating',
};

/** How an end is called, by operation; `done` is said of confirm and complete. */
const END_WORDS: Record<JobOperation, { subject: string; done: string }> = {
  update: { subject: 'Update', done: 'Update installed successfully' },
  rollback: { subject: 'Rollback', done: 'Rolled back to the other partition successfully' },
  restore: { subject: 'Restore', done: 'Snapshot restored successfully' },
  restore_files: { subject: 'Restore', done: 'Data and configuration restored successfully' },
  factory_reset: { subject: 'Factory reset', done: 'Factory reset completed successfully' },
  snapshot: { subject: 'Snapshot', done: 'Snapshot created successfully' },
};

function endOf(event: JobEventName, operation: JobOperation): { status: string; message: string } | null {
  const { subject, done } = END_WORDS[operation];
  switch (event) {
    case 'finish_download':
      return { status: 'success', message: `${subject} downloaded successfully` };
    case 'confirm':
    case 'complete':
      return { status: 'success', message: done };
    case 'fail':
      return { status: 'failed', message: `${subject} failed` };
    case 'roll_back':
      return { status: 'rolled_back', message: `${subject} rolled back` };
    case 'cancel':
      return { status: 'cancelled', message: `${subject} cancelled` };
    default:
      return null;
  }
}

/** Appends the stream events of one move. */
export async function tellMove(tx: Tx, job: MovedJob, move: Move): Promise<void> {
  for (const { type, payload } of streamEventsOf(job, move)) {
    await appendStreamEvent(tx, { gatewayId: job.gatewayId, siteId: job.siteId, type, payload });
  }
}

/** The events, in order. Pure. */
export function streamEventsOf(job: MovedJob, move: Move): { type: StreamEventInput['type']; payload: Payload }[] {
  const bad = move.event === 'fail' || move.event === 'roll_back';
  // It runs a version that is not healthy, and a person has to decide.
  const undecided = isUndecided(job);
  const severity = bad ? 'error' : move.event === 'hold' || move.event === 'cancel' ? 'warning' : 'info';
  const events: { type: StreamEventInput['type']; payload: Payload }[] = [
    {
      type: 'status_change',
      payload: {
        job_id: job.id,
        system_status: undecided ? 'error' : SYSTEM_STATUS[job.state],
        job_state: job.state,
        message: move.message,
        severity,
      },
    },
  ];
  if (move.event === 'hold') {
    for (const hold of move.holds.filter((one) => one.constraint !== undefined)) {
      events.push({
        type: 'safety_alert',
        payload: {
          job_id: job.id,
          constraint: hold.constraint,
          status: 'violated',
          message: hold.message,
          severity: hold.hard ? 'critical' : 'warning',
          action_required: true,
          suggested_action: `${waitsToBeKept(job) ? 'Wait' : 'Pause update or wait'} until ${hold.clearsWhen}`,
          value: hold.value ?? null,
          limit: hold.limit ?? null,
        },
      });
    }
  }
  const complete = endOf(move.event, operationOf(job.operation));
  if (complete) {
    const duration = spokenDuration(move.nowMs - (job.startedAt ?? job.createdAt).getTime());
    const details = { version: job.toVersion, size: compactSize(Number(job.bytesTotal)), duration };
    const message = bad ? `${complete.message}: ${move.message}` : complete.message;
    events.push({ type: 'job_complete', payload: { job_id: job.id, status: complete.status, message, details } });
  }
  if (move.event === 'finish_write' && job.options.rebootAfter) {
    const countdown = job.options.rebootDelaySeconds;
    events.push({
      type: 'system_event',
      payload: { job_id: job.id, event: 'reboot_scheduled', message: `System reboot scheduled in ${countdown} seconds`, countdown },
    });
  }
  if (move.event === 'boot')
    events.push({
      type: 'system_event',
      payload: { job_id: job.id, event: 'rebooted', message: `System restarted with ${job.toVersion}` },
    });
  return events;
}
