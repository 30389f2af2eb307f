/** A job report of an agent: followed by the domain's table. The stream has no gaps, so a refusal means a missed past. */
import { applyJobEvent, type JobPosition, type JobState } from '#/domain/jobs/job-machine';
import { type JobOperation, operationOf } from '#/domain/jobs/operations';
import { isUndecided } from '#/domain/jobs/undecided';
import type { DurableBody } from '#/protocol/mqtt/events';
import type { Actor } from '#/server/access/actor';
import type { Tx } from '#/server/db/client';
import { hint } from '#/server/db/hint';
import { moveJob, waitsFor } from '#/server/jobs/move-job';

type JobReport = Extract<DurableBody, { type: 'job' }>;
export type IngestGateway = { id: string; siteId: string; name: string; bootId: string | null };

/** Applies it once; late, duplicate and foreign reports change nothing. */
export async function applyJobReport(tx: Tx, actor: Actor, gateway: IngestGateway, report: JobReport, at: Date): Promise<void> {
  await tx.$queryRaw`SELECT id FROM "Job" WHERE id = ${report.jobId} FOR UPDATE`;
  const job = await tx.job.findUnique({ where: { id: report.jobId } });
  if (!job || job.gatewayId !== gateway.id || job.attempt !== report.attempt || BigInt(report.seq) <= job.reportSeq) return;
  const reportSeq = BigInt(report.seq);
  if (job.finishedAt !== null) {
    // The server had given up, or had seen the fall-back first: what the agent says is kept, the verdict stays.
    await tx.job.update({
      where: { id: job.id },
      data: {
        reportSeq,
        ...(report.event === 'roll_back' && job.state === 'rolled_back' ? { errorMessage: report.message } : {}),
        ...(job.state === 'failed' ? stillAsks(report) : {}),
      },
    });
    await tx.jobEvent.create({
      data: {
        jobId: job.id,
        at,
        kind: 'note',
        message: `late report (${report.state}): ${report.message}`.slice(0, 500),
        actor: actor.name,
      },
    });
    await hint(tx, { kind: 'job', jobId: job.id, gatewayId: gateway.id, siteId: gateway.siteId });
    return;
  }
  const position = { state: job.state as JobState, heldState: job.heldState as JobState | null };
  await moveJob(tx, actor, job, {
    event: report.event,
    to: agreed(position, report, operationOf(job.operation)),
    at,
    message: report.message,
    holds: report.holds,
    errorCode: report.errorCode,
    details: report.details,
    reportSeq,
    ...(report.event === 'switch_slot' || report.event === 'start_reset' ? { bootIdBefore: gateway.bootId } : {}),
  });
}

/** A version that is not healthy waits on its gateway for a person, although the server has given the job up. */
function stillAsks(report: JobReport) {
  const waits = waitsFor(report.state, report.holds, report.details);
  const asks = isUndecided({ state: report.state, waitingFor: waits });
  return asks ? { holds: report.holds, waitingFor: waits } : { holds: [], waitingFor: null, requestedAction: null };
}

/** The table's answer when it leads where the agent is; otherwise the agent's word: it knows what it has done. */
function agreed(position: JobPosition, report: JobReport, operation: JobOperation): JobPosition {
  const next = applyJobEvent(position, report.event, operation);
  if (next?.state === report.state) return next;
  const held = report.state === 'paused' || report.state === 'waiting';
  return { state: report.state, heldState: held ? (position.heldState ?? position.state) : null };
}
