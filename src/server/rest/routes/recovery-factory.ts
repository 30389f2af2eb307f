import { factoryBodySchema, factoryResponseSchema } from '#/protocol/rest/recovery';
import { gatewayQuery } from '#/protocol/rest/values';
import { pastSeconds } from '../../recovery/past-seconds';
import { resetGateway } from '../../recovery/reset-gateway';
import { defineRoute } from '../route';
import { wireTime } from '../wire-text';

export const recoveryFactoryRoute = defineRoute({
  method: 'POST',
  path: '/recovery/factory',
  tag: 'Recovery',
  summary: 'Reset the gateway to factory state',
  permission: 'recovery.factory_reset',
  query: gatewayQuery,
  body: factoryBodySchema,
  response: factoryResponseSchema,
  accepted: {
    description: 'Another person has to approve it first.',
    when: (value) => (value as { status?: unknown }).status === 'pending_approval',
  },
  errors: [
    'FACTORY_RESET_NOT_ALLOWED',
    'INVALID_PIN',
    'UPDATE_IN_PROGRESS',
    'UPDATE_BLOCKED',
    'INSUFFICIENT_DISK_SPACE',
    'CONFLICT',
    'NETWORK_UNAVAILABLE',
    'MAINTENANCE_WINDOW_ACTIVE',
  ],
  example: { request: { pin: '482915', confirm: true, reset_type: 'config', reason: 'The gateway moves to another crane' } },
  run: async ({ actor, body, gateway }) => {
    const { id, name, siteId } = await gateway();
    const started = await resetGateway(actor, {
      gatewayId: id,
      pin: body.pin,
      resetType: body.reset_type,
      backup: body.backup_config,
      preserveNetwork: body.preserve_network,
      strategy: body.strategy,
      reason: body.reason,
    });
    return {
      status: started.approvalsNeeded > 0 ? ('pending_approval' as const) : ('factory_reset_started' as const),
      reset_id: started.resetId,
      job_id: started.jobId,
      warning: 'What is wiped is lost but for the backup. Once it has begun to wipe, the reset is finished, also after a power cut.',
      estimated_time: (await pastSeconds({ id, siteId }, 'factory_reset')).seconds,
      steps: started.steps,
      backup_created: started.backupId !== null,
      backup_location: started.backupId === null ? null : `snapshot ${started.backupId} on ${name}`,
      backup_id: started.backupId,
      approvals_needed: started.approvalsNeeded,
      ...(started.scheduledFor === null ? {} : { scheduled_for: wireTime(started.scheduledFor) }),
    };
  },
});
