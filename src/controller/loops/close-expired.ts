/** Commands that nobody may carry out any more: closed, and what waited for them is told or ordered anew. */
import { FINAL_STATES, type JobState, PAST_NO_RETURN } from '#/domain/jobs/job-machine';
import { systemActor } from '#/server/access/actor';
import { getDb, type Tx } from '#/server/db/client';
import { hint } from '#/server/db/hint';
import { moveJob } from '#/server/jobs/move-job';
import { enqueueCommand } from '#/server/outbox/enqueue-command';
import { readSettings } from '#/server/settings/read-settings';
import { eachByItself } from './each-by-itself';

/** Their job has a deadline of its own. */
const FIRST_ORDERS: ReadonlySet<string> = new Set(['job.deploy', 'recovery.start']);

type Expired = { id: string; gatewayId: string; name: string; jobId: string | null };

/** Returns how many were closed. Compare-and-set: several controllers do no harm. */
export async function closeExpired(now = new Date()): Promise<number> {
  const expired = await getDb().outboxCommand.findMany({
    where: { answeredAt: null, expiresAt: { lte: now } },
    orderBy: { expiresAt: 'asc' },
    take: 200,
    select: { id: true, gatewayId: true, name: true, jobId: true },
  });
  return eachByItself('expiry', expired, (command) =>
    getDb().$transaction(async (tx) => {
      await tx.$queryRaw`SELECT id FROM "Gateway" WHERE id = ${command.gatewayId}::uuid FOR UPDATE`;
      const { count } = await tx.outboxCommand.updateMany({
        where: { id: command.id, answeredAt: null },
        data: { answeredAt: now, resultCode: 'EXPIRED', resultText: 'no answer before it expired' },
      });
      if (count === 1 && command.name === 'settings.apply') await orderSettingsAgain(tx, command);
      // Ordered again by the loop that hands policies out.
      if (count === 1 && command.name === 'policy.apply')
        await tx.gateway.update({ where: { id: command.gatewayId }, data: { policyVersion: 0 } });
      if (count === 1 && command.jobId !== null) await tellJob(tx, command, now);
      if (count === 1) await hint(tx, { kind: 'outbox', gatewayId: command.gatewayId });
      return count;
    }),
  );
}

/** Settings stay in force however long a gateway is away: the present ones are ordered when the order has run out. */
async function orderSettingsAgain(tx: Tx, { id, gatewayId }: Expired): Promise<void> {
  const waiting = await tx.outboxCommand.count({ where: { gatewayId, name: 'settings.apply', answeredAt: null, id: { not: id } } });
  if (waiting > 0) return;
  const { body, version } = await readSettings(tx, gatewayId);
  if (version > 0) await enqueueCommand(tx, gatewayId, { name: 'settings.apply', version, settings: body });
}

/** An install that never reached the gateway ends its job; pause and cancel are no longer asked for. A deploy has the job's own deadline. */
async function tellJob(tx: Tx, command: Expired, at: Date): Promise<void> {
  const job = await tx.job.findUnique({ where: { id: command.jobId ?? '' } });
  const state = job?.state as JobState | undefined;
  if (!job || state === undefined || FINAL_STATES.has(state) || FIRST_ORDERS.has(command.name)) return;
  const message = `the gateway did not answer ${command.name} before it expired`;
  if (command.name === 'job.install' && !PAST_NO_RETURN.has(state)) {
    const newer = await tx.outboxCommand.count({ where: { jobId: job.id, name: 'job.install', answeredAt: null } });
    if (newer > 0) return;
    const to = { state: 'failed' as const, heldState: null };
    await moveJob(tx, systemActor('controller'), job, { event: 'fail', to, at, message, errorCode: 'NETWORK_UNAVAILABLE' });
    return;
  }
  await tx.job.update({ where: { id: job.id }, data: { requestedAction: null } });
  await tx.jobEvent.create({ data: { jobId: job.id, at, kind: 'note', message, actor: 'controller' } });
  await hint(tx, { kind: 'job', jobId: job.id, gatewayId: job.gatewayId, siteId: job.siteId });
}
