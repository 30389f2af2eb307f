import { z } from 'zod';
import { DomainError } from '#/domain/errors/domain-error';
import { downloadBodySchema, downloadResponseSchema } from '#/protocol/rest/updates';
import { gatewayQuery } from '#/protocol/rest/values';
import { pastDurations } from '../../jobs/plan-update';
import { startDownload } from '../../jobs/start-download';
import { downloadLimitOf, smallestLimit } from '../../sites/download-limit';
import { downloadSeconds } from '../estimates';
import { defineRoute } from '../route';
import { scaledSize } from '../wire-text';

type Update = z.input<typeof downloadResponseSchema>['update'];

export const updatesDownloadRoute = defineRoute({
  method: 'POST',
  path: '/updates/download',
  tag: 'Updates',
  summary: 'Download an update to the gateway; it rests there until it is installed',
  permission: 'job.start',
  query: gatewayQuery,
  body: downloadBodySchema,
  response: downloadResponseSchema,
  errors: [
    ...(['UPDATE_IN_PROGRESS', 'INSUFFICIENT_DISK_SPACE', 'NETWORK_UNAVAILABLE', 'SIGNATURE_INVALID'] as const),
    ...(['INVALID_TARGET_PARTITION', 'UPDATE_SERVER_UNREACHABLE'] as const),
  ],
  example: { request: { update_id: '01890c4e-7a4b-7c3e-8f00-3f6f2a9d1b77', version: 'v5.0.5', target_partition: 'B' } },
  run: async ({ actor, body, gateway }) => {
    const { id: gatewayId } = await gateway();
    if (!z.uuid().safeParse(body.update_id).success)
      throw new DomainError('NOT_FOUND', 'There is no such update.', { update_id: body.update_id });
    const { jobId, target, options } = await startDownload(actor, {
      gatewayId,
      releaseId: body.update_id,
      version: body.version,
      targetSlot: body.target_partition,
      options: { background: body.background, verifySignature: body.verify_signature, verifyChecksum: body.verify_checksum },
    });
    const { release, sizeBytes, targetSlot, gateway: chosen } = target;
    const past = await pastDurations(gatewayId, chosen.siteId, sizeBytes);
    const limit = smallestLimit(options.speedLimitBytesPerSecond, await downloadLimitOf(gatewayId));
    const type = release.type as Update['type'];
    const severity = release.severity as Update['severity'];
    return {
      status: 'started' as const,
      job_id: jobId,
      update: { id: release.id, version: release.version, ...scaledSize(sizeBytes), type, severity },
      target_partition: targetSlot,
      estimated_time: downloadSeconds(sizeBytes, { past: past.estimatedDownloadSeconds, limit }),
      download_speed_limit: limit,
      resumable: true,
      cancelable: true,
    };
  },
});
