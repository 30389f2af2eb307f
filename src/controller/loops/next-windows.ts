/** A maintenance window that closed before the install had run: the agent gets the next one. */
import { nextWindow } from '#/domain/maintenance/window';
import { getDb } from '#/server/db/client';
import { hint } from '#/server/db/hint';
import { dispatchJob } from '#/server/jobs/dispatch-job';
import { readSettings } from '#/server/settings/read-settings';
import { eachByItself } from './each-by-itself';

/** Returns how many jobs got one. */
export async function orderNextWindows(now = new Date()): Promise<number> {
  const where = {
    finishedAt: null,
    strategy: 'maintenance',
    intent: 'install',
    windowEndsAt: { lte: now },
    state: { notIn: ['boot_pending', 'booted_unconfirmed', 'resetting'] },
  };
  const jobs = await getDb().job.findMany({ where, take: 100 });
  return eachByItself('windows', jobs, (job) =>
    getDb().$transaction(async (tx) => {
      await tx.$queryRaw`SELECT id FROM "Gateway" WHERE id = ${job.gatewayId}::uuid FOR UPDATE`;
      const { body } = await readSettings(tx, job.gatewayId);
      const window = nextWindow(body.maintenance_window, now.getTime());
      if (window === null) return 0;
      const [notBefore, ends] = [new Date(window.startMs), new Date(window.endMs)];
      const { count } = await tx.job.updateMany({ where: { id: job.id, ...where }, data: { scheduledFor: notBefore, windowEndsAt: ends } });
      if (count !== 1) return 0;
      // Windows that passed while the gateway was away need not be told.
      await tx.outboxCommand.updateMany({
        where: { jobId: job.id, name: 'job.install', sentAt: null, answeredAt: null },
        data: { answeredAt: now, resultCode: 'WITHDRAWN', resultText: 'its window has closed' },
      });
      const updated = await tx.job.findUniqueOrThrow({ where: { id: job.id } });
      // One that waits on the server for other cranes is sent with its new window when it may.
      if (updated.heldCommand === null) await dispatchJob(tx, updated, 'job.install');
      await tx.jobEvent.create({
        data: {
          jobId: job.id,
          at: now,
          kind: 'note',
          message: `the window closed; the next one begins at ${notBefore.toISOString()}`,
          actor: 'controller',
        },
      });
      await hint(tx, { kind: 'job', jobId: job.id, gatewayId: job.gatewayId, siteId: job.siteId });
      return 1;
    }),
  );
}
