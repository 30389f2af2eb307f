/** Silence is a failure: jobs whose phase has a deadline behind it fail with the cause, and the agent is told. */
import { type JobState, PAST_NO_RETURN } from '#/domain/jobs/job-machine';
import { systemActor } from '#/server/access/actor';
import { getDb } from '#/server/db/client';
import { moveJob } from '#/server/jobs/move-job';
import { withdrawUnsent } from '#/server/jobs/withdraw-unsent';
import { enqueueCommand } from '#/server/outbox/enqueue-command';
import { eachByItself } from './each-by-itself';

/** Fails what is overdue; returns how many jobs. Compare-and-set: several controllers do no harm. */
export async function enforceDeadlines(now = new Date()): Promise<number> {
  const overdue = await getDb().job.findMany({
    where: { finishedAt: null, deadlineAt: { lte: now } },
    take: 100,
    select: { id: true, gatewayId: true },
  });
  return eachByItself('deadlines', overdue, ({ id, gatewayId }) =>
    getDb().$transaction(async (tx) => {
      await tx.$queryRaw`SELECT id FROM "Gateway" WHERE id = ${gatewayId}::uuid FOR UPDATE`;
      const job = await tx.job.findUnique({ where: { id }, include: { gateway: { select: { connected: true, lastSeenAt: true } } } });
      if (!job || job.finishedAt !== null || job.deadlineAt === null || job.deadlineAt > now) return 0;
      const { gateway, ...row } = job;
      const heard = gateway.lastSeenAt === null ? 'it was never heard' : `it was last heard at ${gateway.lastSeenAt.toISOString()}`;
      const message = `nothing was reported in the phase ${job.state} until its deadline; the gateway is ${gateway.connected ? 'online' : 'offline'} and ${heard}`;
      const errorCode = gateway.connected ? 'SYSTEM_BUSY' : 'NETWORK_UNAVAILABLE';
      const moved = await moveJob(tx, systemActor('controller'), row, {
        event: 'fail',
        to: { state: 'failed', heldState: null },
        at: now,
        message,
        errorCode,
        details: { phase: job.state },
      });
      if (!moved) return 0;
      await withdrawUnsent(tx, id);
      if (!PAST_NO_RETURN.has(job.state as JobState) && job.state !== 'offered') {
        await enqueueCommand(
          tx,
          gatewayId,
          { name: 'job.cancel', jobId: id, attempt: job.attempt, reason: 'the server has given the job up', cleanup: false },
          { jobId: id },
        );
      }
      return 1;
    }),
  );
}
