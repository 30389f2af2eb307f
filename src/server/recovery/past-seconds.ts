/** How long an operation of recovery is likely to take: what it took before, here or at the site. */
import type { JobOperation } from '#/domain/jobs/operations';
import { getDb } from '../db/client';

/** For a site that has never done it: the reference page's own order of magnitude. */
const NOMINAL_SECONDS: Record<Exclude<JobOperation, 'update'>, number> = {
  snapshot: 60,
  rollback: 120,
  restore: 300,
  restore_files: 180,
  factory_reset: 300,
};

/** Median of the last 20 that went well; `nominal` when there is none. */
export async function pastSeconds(
  gateway: { id: string; siteId: string },
  operation: Exclude<JobOperation, 'update'>,
): Promise<{ seconds: number; nominal: boolean }> {
  for (const where of [{ gatewayId: gateway.id }, { siteId: gateway.siteId }]) {
    const jobs = await getDb().job.findMany({
      where: { ...where, operation, state: 'confirmed', startedAt: { not: null }, finishedAt: { not: null } },
      orderBy: { createdAt: 'desc' },
      take: 20,
      select: { startedAt: true, finishedAt: true },
    });
    const seconds = jobs
      .flatMap(({ startedAt, finishedAt }) => (startedAt && finishedAt ? [(finishedAt.getTime() - startedAt.getTime()) / 1000] : []))
      .sort((a, b) => a - b);
    const middle = seconds[Math.floor(seconds.length / 2)];
    if (middle !== undefined) return { seconds: Math.max(1, Math.round(middle)), nominal: false };
  }
  return { seconds: NOMINAL_SECONDS[operation], nominal: true };
}
