import { rollbackBodySchema, rollbackResponseSchema } from '#/protocol/rest/recovery';
import { gatewayQuery } from '#/protocol/rest/values';
import { pastSeconds } from '../../recovery/past-seconds';
import { rollBack } from '../../recovery/roll-back';
import { defineRoute } from '../route';
import { wireTime } from '../wire-text';

export const recoveryRollbackRoute = defineRoute({
  method: 'POST',
  path: '/recovery/rollback',
  tag: 'Recovery',
  summary: 'Go back to the version on the other partition',
  permission: 'recovery.rollback',
  query: gatewayQuery,
  body: rollbackBodySchema,
  response: rollbackResponseSchema,
  errors: [
    'ROLLBACK_NOT_AVAILABLE',
    'UPDATE_IN_PROGRESS',
    'UPDATE_BLOCKED',
    'NETWORK_UNAVAILABLE',
    'MAINTENANCE_WINDOW_ACTIVE',
    'SYSTEM_BUSY',
  ],
  example: { request: { action: 'rollback_to_a', reason: 'The new version loses the spreader signal' } },
  run: async ({ actor, body, gateway }) => {
    const { id, siteId } = await gateway();
    const started = await rollBack(actor, {
      gatewayId: id,
      targetSlot: body.action === 'rollback_to_a' ? 'A' : 'B',
      reason: body.reason,
      strategy: body.strategy,
      verify: body.verify_rollback,
      preserveData: body.preserve_data,
      diagnosticReport: body.create_diagnostic_report,
    });
    const noSnapshot = !body.preserve_data && started.dataPreserved;
    return {
      status: 'rolling_back' as const,
      action: started.slot === 'A' ? ('switch_to_partition_a' as const) : ('switch_to_partition_b' as const),
      rollback_id: started.rollbackId,
      job_id: started.jobId,
      from_version: started.fromVersion,
      to_version: started.toVersion,
      estimated_time: (await pastSeconds({ id, siteId }, 'rollback')).seconds,
      warning: [
        'The gateway restarts when the interlocks allow it; the crane must stand still for it.',
        ...(noSnapshot ? ['There is no snapshot of data from when that version ran: data stays as it is.'] : []),
      ].join(' '),
      data_preserved: started.dataPreserved,
      ...(started.diagnosticReportId === null ? {} : { diagnostic_report_id: started.diagnosticReportId }),
      ...(started.scheduledFor === null ? {} : { scheduled_for: wireTime(started.scheduledFor) }),
    };
  },
});
