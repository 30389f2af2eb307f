/** An agent's answer to a command. */
import { z } from 'zod';
import { jobOptionsSchema } from '#/domain/jobs/job-options';
import { deadlineOf } from '#/domain/jobs/phase-deadlines';
import { type JobOperation, operationOf } from '#/domain/jobs/operations';
import type { DurableBody } from '#/protocol/mqtt/events';
import type { Actor } from '#/server/access/actor';
import { raiseAlarm } from '#/server/alarms/raise-alarm';
import { recordAudit } from '#/server/audit/record-audit';
import type { Tx } from '#/server/db/client';
import type { Job } from '#/server/db/generated/client';
import { hint } from '#/server/db/hint';
import { moveJob } from '#/server/jobs/move-job';
import { applyBundleAnswer } from './apply-bundle';
import { notePolicyAnswer } from './note-policy-answer';
import type { IngestGateway } from './apply-job-report';

type CommandResult = Extract<DurableBody, { type: 'command_result' }>;
type Answer = { code: string; message: string };
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What a refused deploy means for its job, where the agent's code says more than "busy" (contract: error codes). */
const DEPLOY_ERROR: Record<string, string> = {
  TARGET_IS_ACTIVE_SLOT: 'INVALID_TARGET_PARTITION',
  SLOT_TOO_SMALL: 'INSUFFICIENT_DISK_SPACE',
  JOB_BUSY: 'UPDATE_IN_PROGRESS',
};
/** What a refused recovery.start means, where one operation has a code of its own. */
const RECOVERY_ERROR: Partial<Record<JobOperation, string>> = {
  rollback: 'ROLLBACK_NOT_AVAILABLE',
  restore: 'ROLLBACK_NOT_AVAILABLE',
  restore_files: 'ROLLBACK_NOT_AVAILABLE',
};

/** Nobody but us signs: someone else sends commands, or keys were changed behind our back. */
const FORGED: ReadonlySet<string> = new Set(['CMD_SIGNATURE_INVALID', 'CMD_UNKNOWN_KEY']);

/** Closes the command once. A refused deploy fails its job; a refused pause or cancel is no longer asked for. */
export async function applyCommandResult(tx: Tx, actor: Actor, gateway: IngestGateway, result: CommandResult, at: Date): Promise<void> {
  if (!UUID.test(result.commandId)) return;
  const answer = firstAnswer(result);
  const closed = await tx.outboxCommand.updateMany({
    where: { id: result.commandId, gatewayId: gateway.id, answeredAt: null },
    data: { answeredAt: at, resultCode: answer.code, resultText: answer.message },
  });
  if (closed.count !== 1) return;
  const command = await tx.outboxCommand.findUniqueOrThrow({ where: { id: result.commandId } });
  // The next command of this gateway may go now.
  await hint(tx, { kind: 'outbox', gatewayId: gateway.id });
  if (answer.code !== 'OK') {
    await recordAudit(tx, actor, {
      name: 'command.refused',
      objectType: 'gateway',
      objectId: gateway.id,
      siteId: gateway.siteId,
      result: 'refused',
      data: { commandId: command.id, code: answer.code },
    });
  }
  if (command.name === 'keys.pin' && answer.code === 'OK') await notePinnedKey(tx, gateway.id, command.body);
  if (command.name === 'policy.apply') await notePolicyAnswer(tx, gateway, command.body, answer, at);
  if (FORGED.has(answer.code)) {
    const message = `${gateway.name} refused ${command.name}: ${answer.message}`.slice(0, 500);
    const details = { commandId: command.id, code: answer.code };
    const about = { siteId: gateway.siteId, gatewayId: gateway.id, jobId: command.jobId };
    await raiseAlarm(tx, { kind: 'command_forged', subject: gateway.id, ...about, message, details, at, momentary: true });
  }
  if (command.name === 'bundle.collect') await applyBundleAnswer(tx, actor, gateway, command.body, answer);
  const job = command.jobId === null ? null : await tx.job.findUnique({ where: { id: command.jobId } });
  if (!job) return;
  if (answer.code !== 'OK' && job.finishedAt === null) await applyRefusal(tx, actor, job, command.name, answer, at);
  if (answer.code === 'JOB_UNKNOWN' && job.finishedAt !== null && job.waitingFor !== null) await stopAsking(tx, actor, job, at);
  if (answer.code === 'OK' && command.name === 'job.install') await expectInstall(tx, job);
  await hint(tx, { kind: 'job', jobId: job.id, gatewayId: gateway.id, siteId: gateway.siteId });
}

/** The agent checks grants by the newest of these from now on. */
async function notePinnedKey(tx: Tx, gatewayId: string, body: unknown): Promise<void> {
  const kid = z.object({ grantKeys: z.array(z.object({ kid: z.string() })).min(1) }).safeParse(body).data?.grantKeys[0]?.kid;
  if (kid !== undefined) await tx.gateway.update({ where: { id: gatewayId }, data: { grantKid: kid } });
}

/** The agent has agreed to go on from where the job rested: from now on silence there is a failure. */
async function expectInstall(tx: Tx, job: Job): Promise<void> {
  if (job.state !== 'downloaded' && job.state !== 'written') return;
  const { rebootAfter } = jobOptionsSchema.parse(job.options);
  const deadlineMs = deadlineOf(job.state, Date.now(), { intent: 'install', rebootAfter });
  await tx.job.updateMany({
    where: { id: job.id, state: job.state },
    data: { deadlineAt: deadlineMs === null ? null : new Date(deadlineMs) },
  });
}

/** A job that was given up, for whose version somebody still had to decide: its gateway has lost its memory of it and asks nobody. */
async function stopAsking(tx: Tx, actor: Actor, job: Job, at: Date): Promise<void> {
  await tx.job.update({ where: { id: job.id }, data: { holds: [], waitingFor: null, requestedAction: null } });
  const message = 'the gateway does not know this job any more: nothing is to be decided';
  await tx.jobEvent.create({ data: { jobId: job.id, at, kind: 'note', message, actor: actor.name, details: { code: 'JOB_UNKNOWN' } } });
}

async function applyRefusal(tx: Tx, actor: Actor, job: Job, commandName: string, answer: Answer, at: Date): Promise<void> {
  const message = `the gateway refused ${commandName}: ${answer.message}`.slice(0, 500);
  const details = { code: answer.code };
  const errorCode =
    commandName === 'job.deploy'
      ? (DEPLOY_ERROR[answer.code] ?? 'SYSTEM_BUSY')
      : commandName === 'recovery.start'
        ? recoveryError(job, answer)
        : // Commands are answered in order, so the agent knew the job once: its memory of it is gone.
          answer.code === 'JOB_UNKNOWN' && job.state !== 'offered'
          ? 'JOB_NOT_FOUND'
          : null;
  if (errorCode !== null) {
    await moveJob(tx, actor, job, { event: 'fail', to: { state: 'failed', heldState: null }, at, message, errorCode, details });
    return;
  }
  await tx.job.update({ where: { id: job.id }, data: { requestedAction: null } });
  await tx.jobEvent.create({ data: { jobId: job.id, at, kind: 'note', message, actor: actor.name, details } });
}

function recoveryError(job: Job, { code }: Answer): string {
  // CMD_UNKNOWN: an agent of before it was known, whatever it had said of itself.
  const refused = code === 'RECOVERY_REFUSED' || code === 'SNAPSHOT_UNKNOWN' || code === 'CMD_UNKNOWN';
  if (refused) return RECOVERY_ERROR[operationOf(job.operation)] ?? 'SYSTEM_BUSY';
  return DEPLOY_ERROR[code] ?? 'SYSTEM_BUSY';
}

/** A command that was answered before, in a past that this database has lost, is answered with what was said then. */
function firstAnswer(result: CommandResult): Answer {
  const first = z.object({ code: z.string().max(60), message: z.string().max(500) }).safeParse(result.details.first);
  return result.code === 'CMD_REPLAYED' && first.success ? first.data : { code: result.code, message: result.message };
}
