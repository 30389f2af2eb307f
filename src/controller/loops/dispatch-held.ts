/** Jobs that wait on the server for other cranes: sent as soon as the interlocks between gateways allow it, the oldest first. */
import { getDb } from '#/server/db/client';
import type { JobOrder } from '#/server/jobs/command-of-job';
import { dispatchJob } from '#/server/jobs/dispatch-job';
import { eachByItself } from './each-by-itself';

/** Returns how many were sent. */
export async function dispatchHeld(): Promise<number> {
  const held = await getDb().job.findMany({
    where: { heldCommand: { not: null }, finishedAt: null },
    orderBy: { createdAt: 'asc' },
    take: 200,
    select: { id: true, gatewayId: true },
  });
  return eachByItself('held jobs', held, ({ id, gatewayId }) =>
    getDb().$transaction(async (tx) => {
      await tx.$queryRaw`SELECT id FROM "Gateway" WHERE id = ${gatewayId}::uuid FOR UPDATE`;
      const job = await tx.job.findUnique({ where: { id } });
      if (!job || job.heldCommand === null || job.finishedAt !== null) return 0;
      const holds = await dispatchJob(tx, job, job.heldCommand as JobOrder);
      return holds.length === 0 ? 1 : 0;
    }),
  );
}
