import { snapshotBodySchema, snapshotResponseSchema } from '#/protocol/rest/bundles';
import { gatewayQuery } from '#/protocol/rest/values';
import { createSnapshot } from '../../recovery/create-snapshot';
import { pastSeconds } from '../../recovery/past-seconds';
import { defineRoute } from '../route';
import { sizeText } from '../wire-text';

export const monitorSnapshotRoute = defineRoute({
  method: 'POST',
  path: '/monitor/snapshot',
  tag: 'Monitoring',
  summary: 'Make a snapshot on the gateway',
  permission: 'snapshot.create',
  query: gatewayQuery,
  body: snapshotBodySchema,
  response: snapshotResponseSchema,
  errors: [
    'UPDATE_IN_PROGRESS',
    'INSUFFICIENT_DISK_SPACE',
    'CONFLICT',
    'UPDATE_BLOCKED',
    'NETWORK_UNAVAILABLE',
    'MAINTENANCE_WINDOW_ACTIVE',
  ],
  example: { request: { name: 'Before the encoder is replaced', include_logs: true, compression: 'zstd' } },
  run: async ({ actor, body, gateway }) => {
    const { id, siteId } = await gateway();
    const made = await createSnapshot(actor, {
      gatewayId: id,
      name: body.name,
      description: body.description,
      contents: [
        ...(body.include_image ? (['image'] as const) : []),
        ...(body.include_data ? (['data'] as const) : []),
        ...(body.include_config ? (['config'] as const) : []),
        ...(body.include_logs ? (['logs'] as const) : []),
      ],
      compression: body.compression,
      strategy: body.priority === 'high' ? 'immediate' : 'seamless',
    });
    return {
      status: 'snapshot_started' as const,
      snapshot_id: made.snapshotId,
      job_id: made.jobId,
      name: body.name,
      estimated_size: sizeText(made.estimatedBytes),
      estimated_size_bytes: made.estimatedBytes,
      estimated_time: (await pastSeconds({ id, siteId }, 'snapshot')).seconds,
      steps: made.steps,
    };
  },
});
