import { healthStep } from '#/domain/jobs/undecided';
import { uploadDeployBodySchema, uploadDeployResponseSchema } from '#/protocol/rest/upload';
import { gatewayQuery } from '#/protocol/rest/values';
import { pastDurations } from '../../jobs/plan-update';
import { deployUpload } from '../../uploads/deploy-upload';
import { downloadLimitOf } from '../../sites/download-limit';
import { downloadSeconds, NOMINAL_INSTALL_SECONDS } from '../estimates';
import { defineRoute } from '../route';

export const uploadDeployRoute = defineRoute({
  method: 'POST',
  path: '/upload/deploy',
  tag: 'Manual upload',
  summary: 'Bring a verified image to the gateway: download, write, reboot and proof in one job',
  permission: 'job.start',
  query: gatewayQuery,
  body: uploadDeployBodySchema,
  response: uploadDeployResponseSchema,
  errors: [
    ...(['INVALID_UPDATE_FILE', 'SIGNATURE_INVALID', 'CHECKSUM_MISMATCH', 'INVALID_TARGET_PARTITION', 'UPDATE_IN_PROGRESS'] as const),
    ...(['INSUFFICIENT_DISK_SPACE', 'NETWORK_UNAVAILABLE', 'UPDATE_BLOCKED', 'MAINTENANCE_WINDOW_ACTIVE'] as const),
    ...(['UPDATE_SERVER_UNREACHABLE', 'SYSTEM_BUSY'] as const),
  ],
  example: { request: { filename: 'custom-v5.1.0.img', version: 'v5.1.0-custom', target_partition: 'B' } },
  run: async ({ actor, body, gateway }) => {
    const chosen = await gateway();
    const made = await deployUpload(actor, {
      gateway: chosen,
      fileName: body.filename,
      version: body.version,
      targetSlot: body.target_partition,
      verifyAgain: body.verify_before_deploy,
      createSnapshot: body.create_snapshot,
    });
    const past = await pastDurations(chosen.id, chosen.siteId, made.sizeBytes);
    const seconds =
      downloadSeconds(made.sizeBytes, { past: past.estimatedDownloadSeconds, limit: await downloadLimitOf(chosen.id) }) +
      (past.estimatedInstallSeconds ?? NOMINAL_INSTALL_SECONDS);
    return {
      status: 'deploying' as const,
      deployment_id: made.deploymentId,
      job_id: made.jobId,
      version: made.version,
      target_partition: made.targetSlot,
      estimated_time: Math.ceil(seconds),
      steps: [
        'The gateway downloads the image and proves its hash and signature',
        ...(body.create_snapshot ? ['A snapshot of data and configuration is made'] : []),
        `The image is written to partition ${made.targetSlot}`,
        'The gateway reboots when the interlocks allow it',
        healthStep(made.autoRollback),
      ],
    };
  },
});
