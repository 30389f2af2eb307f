/** An agent's answer to a command. */
import { FINAL_STATES, type JobState } from '#/domain/jobs/job-machine';
import type { DurableBody } from '#/protocol/mqtt/events';
import type { Actor } from '#/server/access/actor';
import { recordAudit } from '#/server/audit/record-audit';
import type { Tx } from '#/server/db/client';
import { hint } from '#/server/db/hint';
import { moveJob } from '#/server/jobs/move-job';
import type { IngestGateway } from './apply-job-report';

type CommandResult = Extract<DurableBody, { type: 'command_result' }>;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Closes the command once. A refused deploy fails its job; a refused pause or cancel is no longer asked for. */
export async function applyCommandResult(tx: Tx, actor: Actor, gateway: IngestGateway, result: CommandResult, at: Date): Promise<void> {
  if (!UUID.test(result.commandId)) return;
  const closed = await tx.outboxCommand.updateMany({
    where: { id: result.commandId, gatewayId: gateway.id, answeredAt: null },
    data: { answeredAt: at, resultCode: result.code, resultText: result.message },
  });
  if (closed.count !== 1) return;
  const command = await tx.outboxCommand.findUniqueOrThrow({ where: { id: result.commandId } });
  // The next command of this gateway may go now.
  await hint(tx, { kind: 'outbox', gatewayId: gateway.id });
  if (result.code !== 'OK') {
    await recordAudit(tx, actor, {
      name: 'command.refused',
      objectType: 'gateway',
      objectId: gateway.id,
      siteId: gateway.siteId,
      result: 'refused',
      data: { commandId: command.id, code: result.code },
    });
  }
  const job = command.jobId === null ? null : await tx.job.findUnique({ where: { id: command.jobId } });
  if (!job) return;
  if (result.code !== 'OK' && job.finishedAt === null) {
    const message = `the gateway refused ${command.name}: ${result.message}`.slice(0, 500);
    if (command.name === 'job.deploy' && !FINAL_STATES.has(job.state as JobState)) {
      const errorCode =
        result.code === 'TARGET_IS_ACTIVE_SLOT'
          ? 'INVALID_TARGET_PARTITION'
          : result.code === 'SLOT_TOO_SMALL'
            ? 'INSUFFICIENT_DISK_SPACE'
            : result.code === 'JOB_BUSY'
              ? 'UPDATE_IN_PROGRESS'
              : 'SYSTEM_BUSY';
      await moveJob(tx, actor, job, {
        event: 'fail',
        to: { state: 'failed', heldState: null },
        at,
        message,
        errorCode,
        details: { code: result.code },
      });
    } else {
      await tx.job.update({ where: { id: job.id }, data: { requestedAction: null } });
      await tx.jobEvent.create({ data: { jobId: job.id, at, kind: 'note', message, actor: actor.name, details: { code: result.code } } });
    }
  }
  await hint(tx, { kind: 'job', jobId: job.id, gatewayId: gateway.id, siteId: gateway.siteId });
}
