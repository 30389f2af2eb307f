/** Writes one move of a job: compare-and-set of the row, timeline, audit, stream and hints. The one place where jobs move. */
import type { Hold } from '#/domain/jobs/hold';
import { FINAL_STATES, type JobEventName, type JobPosition } from '#/domain/jobs/job-machine';
import { jobOptionsSchema } from '#/domain/jobs/job-options';
import { operationOf, switchesSlot } from '#/domain/jobs/operations';
import { deadlineOf } from '#/domain/jobs/phase-deadlines';
import { WAITS_TO_BE_KEPT, waitsToBeKept } from '#/domain/jobs/undecided';
import type { Tx } from '../db/client';
import type { Job } from '../db/generated/client';
import type { Actor } from '../access/actor';
import { tellJobOutcome } from '../alarms/job-alarms';
import { recordAudit } from '../audit/record-audit';
import { hint } from '../db/hint';
import { voidForJob } from '../overrides/void-overrides';
import { followSnapshotJob } from '../recovery/job-snapshot';
import { refreshGatewayStatus } from './gateway-status';
import { tellMove } from './job-stream';

export type JobMove = {
  event: JobEventName;
  to: JobPosition;
  at: Date;
  message: string;
  holds?: Hold[];
  errorCode?: string | undefined;
  details?: Record<string, unknown>;
  reportSeq?: bigint;
  bootIdBefore?: string | null;
};

const START_AT_ZERO: ReadonlySet<JobEventName> = new Set(['start_download', 'start_verify', 'start_write', 'start_capture', 'start_reset']);
const COMPLETE_PHASE: ReadonlySet<JobEventName> = new Set(['finish_download', 'finish_write', 'confirm', 'complete']);

/** False when the job is no longer as it was read: nothing is written then. */
export async function moveJob(tx: Tx, actor: Actor, job: Job, move: JobMove): Promise<boolean> {
  const { state, heldState } = move.to;
  const now = new Date();
  const final = FINAL_STATES.has(state);
  const options = jobOptionsSchema.parse(job.options);
  const holds = move.holds ?? [];
  const waits = waitsFor(state, holds, move.details);
  const held = waits !== null;
  const deadlineMs = final ? null : deadlineOf(state, now.getTime(), { intent: job.intent, rebootAfter: options.rebootAfter, held });
  // It waits since it first waited, however often what holds it has changed.
  const stateChangedAt = waits === WAITS_TO_BE_KEPT && waitsToBeKept(job) ? job.stateChangedAt : move.at;
  const failed = move.event === 'fail' || move.event === 'roll_back';
  const { count } = await tx.job.updateMany({
    where: { id: job.id, state: job.state, heldState: job.heldState, attempt: job.attempt, finishedAt: null },
    data: {
      state,
      heldState,
      stateChangedAt,
      deadlineAt: deadlineMs === null ? null : new Date(deadlineMs),
      holds: held ? holds : [],
      waitingFor: waits,
      ...(move.reportSeq === undefined ? {} : { reportSeq: move.reportSeq }),
      ...(job.startedAt === null && state !== 'cancelled' ? { startedAt: move.at } : {}),
      ...(move.event === 'finish_download' ? { downloadedAt: move.at, bytesDone: job.bytesTotal } : {}),
      ...(START_AT_ZERO.has(move.event) ? { percent: 0, bytesDone: 0n } : {}),
      ...(COMPLETE_PHASE.has(move.event) ? { percent: 100 } : {}),
      ...(START_AT_ZERO.has(move.event) || COMPLETE_PHASE.has(move.event) || final ? { speedBytesPerSecond: 0 } : {}),
      ...(move.bootIdBefore === undefined ? {} : { bootIdBefore: move.bootIdBefore }),
      ...(final ? { finishedAt: now, heldCommand: null } : {}),
      ...(final || state === 'paused' || state === 'booted_unconfirmed' ? { requestedAction: null } : {}),
      ...(failed
        ? { errorCode: move.errorCode ?? 'INTERNAL', errorMessage: move.message, errorDetails: (move.details ?? {}) as object }
        : {}),
    },
  });
  if (count !== 1) return false;
  await tx.jobEvent.create({
    data: {
      jobId: job.id,
      at: move.at,
      kind: 'state',
      state,
      message: move.message,
      actor: actor.name,
      details: { ...move.details, ...(move.holds?.length ? { holds: move.holds } : {}) } as object,
    },
  });
  await recordAudit(tx, actor, {
    name: 'job.state_changed',
    objectType: 'job',
    objectId: job.id,
    siteId: job.siteId,
    data: { from: job.state, to: state, message: move.message },
  });
  await followSnapshotJob(tx, job, move);
  await tellMove(
    tx,
    { ...job, state, waitingFor: waits, options },
    { event: move.event, message: move.message, holds: move.holds ?? [], nowMs: now.getTime() },
  );
  if (final) await voidForJob(tx, job.id, state);
  await tellJobOutcome(tx, { ...job, options }, { event: move.event, message: move.message, at: move.at });
  if (move.event === 'confirm' && switchesSlot(operationOf(job.operation)))
    await tx.gateway.update({ where: { id: job.gatewayId }, data: { lastOtaAt: move.at } });
  await refreshGatewayStatus(tx, job.gatewayId);
  await hint(tx, { kind: 'job', jobId: job.id, gatewayId: job.gatewayId, siteId: job.siteId });
  await hint(tx, { kind: 'gateway', gatewayId: job.gatewayId, siteId: job.siteId });
  return true;
}

/** What a job waits for, as it is stored: a word of the contract, or that its healthy version is to be kept; null: it does not wait. */
export function waitsFor(state: string, holds: readonly Hold[], details: Record<string, unknown> = {}): string | null {
  if (state === 'waiting') return waitingFor(holds);
  // A version that has booted waits where it is.
  if (state !== 'booted_unconfirmed' || holds.length === 0) return null;
  return details.waits === WAITS_TO_BE_KEPT ? WAITS_TO_BE_KEPT : waitingFor(holds);
}

/** Contract: progress.status_details.waiting_for. */
export function waitingFor(holds: readonly Hold[]): string {
  const kinds = new Set(holds.map((hold) => hold.kind));
  if (kinds.has('gateway_offline')) return 'gateway_online';
  if (kinds.has('maintenance_window')) return 'maintenance_window';
  return kinds.has('approval') || kinds.has('decision') ? 'approval' : 'safety';
}
