import { healthStep } from '#/domain/jobs/undecided';
import { DomainError } from '#/domain/errors/domain-error';
import { FINAL_STATES, type JobState, PAST_NO_RETURN } from '#/domain/jobs/job-machine';
import { type InstallStrategy, jobOptionsSchema } from '#/domain/jobs/job-options';
import type { Actor } from '../access/actor';
import { recordAudit } from '../audit/record-audit';
import { getDb } from '../db/client';
import { hint } from '../db/hint';
import { readSettings } from '../settings/read-settings';
import { type JobSnapshot, orderJobSnapshot } from '../recovery/job-snapshot';
import { jobIsOver } from './ask-agent';
import { dispatchJob } from './dispatch-job';
import { findJob, type JobRecord } from './find-job';
import { planInstallTime } from './install-time';
import { newPublicId } from './job-id';
import { inProgress } from './order-job';

export type RequestInstallInput = {
  jobId: string;
  strategy: InstallStrategy;
  rebootAfter?: boolean;
  rebootDelaySeconds?: number;
  verifyInstallation?: boolean;
  createSnapshot?: boolean;
};
export type RequestedInstall = {
  jobId: string;
  installationId: string;
  state: JobState;
  percent: number;
  /** Start of the window when the strategy is maintenance and it is not open yet. */
  scheduledFor: Date | null;
  /** What is made before the first write; null: it was not asked for. */
  snapshot: JobSnapshot | null;
  warning: string | null;
  nextSteps: string[];
};

/** Contract POST /updates/install: a downloaded (or still downloading) job goes on to write, reboot and confirm. */
export async function requestInstall(actor: Actor, input: RequestInstallInput): Promise<RequestedInstall> {
  try {
    return await getDb().$transaction(async (tx) => {
      const seen = await findJob(actor, input.jobId, 'job.start', tx);
      await tx.$queryRaw`SELECT id FROM "Gateway" WHERE id = ${seen.gatewayId}::uuid FOR UPDATE`;
      const job = await findJob(actor, input.jobId, 'job.start', tx);
      const state = job.state as JobState;
      if (FINAL_STATES.has(state)) throw jobIsOver(job);
      requireUpdate(job);
      if (PAST_NO_RETURN.has(state))
        throw new DomainError('UPDATE_IN_PROGRESS', 'The install of this job is running already.', { job_id: job.id, state });
      const options = jobOptionsSchema.parse({
        ...(job.options as object),
        rebootAfter: input.rebootAfter ?? false,
        rebootDelaySeconds: input.rebootDelaySeconds ?? 60,
        verifyInstallation: input.verifyInstallation ?? true,
        createSnapshot: input.createSnapshot ?? true,
        autoRollback: (await readSettings(tx, job.gatewayId)).body.auto_update.auto_rollback,
      });
      const time = await planInstallTime(tx, job.gatewayId, input.strategy, options.rebootAfter ? 'O3' : 'O2');
      const installationId = job.installationId ?? newPublicId('OTA-INST');
      const updated = await tx.job.update({
        where: { id: job.id },
        data: {
          intent: 'install',
          type: 'install',
          strategy: input.strategy,
          installationId,
          options,
          scheduledFor: time.notBeforeAt,
          windowEndsAt: time.windowEndsAt,
        },
      });
      const { strategy } = input;
      const snapshot = await orderJobSnapshot(tx, actor, updated);
      // While the deploy itself still waits here it goes as an install.
      if (updated.heldCommand === null) await dispatchJob(tx, updated, 'job.install');
      await tx.jobEvent.create({
        data: {
          jobId: job.id,
          at: new Date(),
          kind: 'action',
          message: `${actor.name} requested the install (${strategy})`,
          actor: actor.name,
        },
      });
      await recordAudit(tx, actor, {
        name: 'job.install_requested',
        objectType: 'job',
        objectId: job.id,
        siteId: job.siteId,
        data: { strategy },
      });
      await hint(tx, { kind: 'job', jobId: job.id, gatewayId: job.gatewayId, siteId: job.siteId });
      const scheduledFor = time.isOpen ? null : time.notBeforeAt;
      return {
        jobId: job.id,
        installationId,
        state,
        percent: job.percent,
        scheduledFor,
        snapshot,
        ...words(input.strategy, options, snapshot, scheduledFor),
      };
    });
  } catch (error) {
    const gatewayId = (error as { code?: string }).code === 'P2002' ? (await findJob(actor, input.jobId)).gatewayId : null;
    if (gatewayId !== null) throw await inProgress(getDb(), gatewayId);
    throw error;
  }
}

/** A job of recovery has its whole order already. */
function requireUpdate(job: JobRecord): void {
  if (job.operation === 'update') return;
  throw new DomainError('VALIDATION_FAILED', `Job ${job.id} is a ${job.operation.replace('_', ' ')}; only an update is installed.`, {
    fields: [{ path: 'job_id', message: 'is not the job of an update' }],
  });
}

function words(
  strategy: InstallStrategy,
  options: { rebootAfter: boolean; rebootDelaySeconds: number; autoRollback: boolean; verifyInstallation: boolean },
  snapshot: JobSnapshot | null,
  scheduledFor: Date | null,
) {
  const warnings = [
    options.rebootAfter ? 'The gateway restarts during the update; the crane must stand still for it.' : null,
    snapshot !== null && snapshot.skipped !== null ? `No snapshot is made: ${snapshot.skipped}.` : null,
    options.verifyInstallation ? null : 'The new version proves its health all the same: no gateway keeps one that has not.',
  ];
  const nextSteps = [
    ...(snapshot !== null && snapshot.id !== null ? [`Snapshot ${snapshot.id} of data and configuration is made`] : []),
    scheduledFor === null
      ? 'The image is written to the inactive partition'
      : `The install waits for the maintenance window at ${scheduledFor.toISOString()}`,
    options.rebootAfter
      ? `The gateway reboots ${options.rebootDelaySeconds} s after the write, ${strategy === 'immediate' ? 'or the update is refused when an interlock blocks' : 'when the interlocks allow it'}`
      : 'Request the install again with reboot_after to start the new version',
    healthStep(options.autoRollback),
  ];
  return { warning: warnings.filter((text) => text !== null).join(' ') || null, nextSteps };
}
