import { restoreBodySchema, restoreResponseSchema } from '#/protocol/rest/recovery';
import { gatewayQuery } from '#/protocol/rest/values';
import { pastSeconds } from '../../recovery/past-seconds';
import { restoreSnapshot } from '../../recovery/restore-snapshot';
import { defineRoute } from '../route';
import { wireTime } from '../wire-text';

export const recoveryRestoreRoute = defineRoute({
  method: 'POST',
  path: '/recovery/restore',
  tag: 'Recovery',
  summary: 'Restore a snapshot: its image to the inactive partition and boot it, or its files alone under the version that runs',
  permission: 'recovery.restore',
  query: gatewayQuery,
  body: restoreBodySchema,
  response: restoreResponseSchema,
  accepted: {
    description: 'Another person has to approve it first.',
    when: (value) => (value as { status?: unknown }).status === 'pending_approval',
  },
  errors: [
    'NOT_FOUND',
    'ROLLBACK_NOT_AVAILABLE',
    'INVALID_TARGET_PARTITION',
    'UPDATE_IN_PROGRESS',
    'UPDATE_BLOCKED',
    'NETWORK_UNAVAILABLE',
    'MAINTENANCE_WINDOW_ACTIVE',
  ],
  example: { request: { version: 'v5.0.4', snapshot_id: 'SNP-8821X4', target_partition: 'B' } },
  run: async ({ actor, body, gateway }) => {
    const { id, siteId } = await gateway();
    const started = await restoreSnapshot(actor, {
      gatewayId: id,
      snapshotId: body.snapshot_id,
      version: body.version,
      targetSlot: body.target_partition,
      parts: body.parts,
      strategy: body.strategy,
      verify: body.verify_restore,
      reason: body.description ?? `Restore of ${body.snapshot_id}`,
    });
    return {
      status: started.approvalsNeeded > 0 ? ('pending_approval' as const) : ('restoring' as const),
      version: started.version,
      snapshot_id: started.snapshotId,
      restores: started.way,
      restore_id: started.restoreId,
      job_id: started.jobId,
      estimated_time: (await pastSeconds({ id, siteId }, started.way === 'image' ? 'restore' : 'restore_files')).seconds,
      steps: started.steps,
      approvals_needed: started.approvalsNeeded,
      ...(started.scheduledFor === null ? {} : { scheduled_for: wireTime(started.scheduledFor) }),
    };
  },
});
