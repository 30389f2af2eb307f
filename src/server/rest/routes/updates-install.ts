import { installBodySchema, installResponseSchema } from '#/protocol/rest/updates';
import { gatewayQuery } from '#/protocol/rest/values';
import { currentOperation, phasePercent } from '../../jobs/read-progress';
import { findJob } from '../../jobs/find-job';
import { pastDurations } from '../../jobs/plan-update';
import { requestInstall } from '../../jobs/request-install';
import { NOMINAL_INSTALL_SECONDS } from '../estimates';
import { shownPercent } from '../present-progress';
import { defineRoute } from '../route';
import { requireSameGateway } from '../same-gateway';
import { wireTime } from '../wire-text';

export const updatesInstallRoute = defineRoute({
  method: 'POST',
  path: '/updates/install',
  tag: 'Updates',
  summary: 'Install a downloaded update',
  permission: 'job.start',
  query: gatewayQuery,
  body: installBodySchema,
  response: installResponseSchema,
  errors: ['JOB_NOT_FOUND', 'UPDATE_IN_PROGRESS', 'UPDATE_BLOCKED', 'NETWORK_UNAVAILABLE', 'MAINTENANCE_WINDOW_ACTIVE'],
  example: { request: { job_id: 'OTA-JOB-8821X4', strategy: 'seamless', reboot_after: true } },
  run: async ({ actor, body, gatewayIfNamed }) => {
    await requireSameGateway(actor, body.job_id, await gatewayIfNamed());
    const ordered = await requestInstall(actor, {
      jobId: body.job_id,
      strategy: body.strategy,
      rebootAfter: body.reboot_after,
      rebootDelaySeconds: body.reboot_delay,
      verifyInstallation: body.verify_installation,
      createSnapshot: body.create_snapshot,
    });
    const job = await findJob(actor, ordered.jobId);
    const past = await pastDurations(job.gatewayId, job.siteId, Number(job.bytesTotal));
    const seconds = (past.estimatedInstallSeconds ?? NOMINAL_INSTALL_SECONDS) + (body.reboot_after ? body.reboot_delay : 0);
    const { scheduledFor } = ordered;
    return {
      status: scheduledFor === null ? ('installing' as const) : ('scheduled' as const),
      job_id: ordered.jobId,
      installation_id: ordered.installationId,
      progress: shownPercent(phasePercent(job)),
      current_operation: scheduledFor === null ? currentOperation(job) : 'waiting_for_maintenance_window',
      estimated_completion: wireTime(new Date((scheduledFor ?? new Date()).getTime() + seconds * 1000)),
      ...(scheduledFor === null ? {} : { scheduled_for: wireTime(scheduledFor) }),
      warning: ordered.warning,
      next_steps: ordered.nextSteps,
    };
  },
});
