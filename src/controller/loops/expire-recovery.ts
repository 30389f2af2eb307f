/** Retention of recovery: bundles end after a day, snapshots when their gateway had to remove them. */
import { systemActor } from '#/server/access/actor';
import { recordAudit } from '#/server/audit/record-audit';
import { getDb } from '#/server/db/client';
import { hint } from '#/server/db/hint';
import { endBundle } from '#/server/recovery/end-bundle';
import { KEPT_SNAPSHOTS } from '#/server/recovery/snapshot-rows';
import { eachByItself } from './each-by-itself';

const actor = systemActor('controller');
/** A gateway that is away removes it when it looks; its list says so. After this it counts as removed without one. */
const UNHEARD_MS = 24 * 3_600_000;
/** A snapshot whose job is over and that no list has named. */
const UNLISTED_MS = 3_600_000;

/** Returns how many ended. */
export async function expireRecovery(now = new Date()): Promise<number> {
  const db = getDb();
  const [bundles, snapshots, unlisted] = await Promise.all([
    db.debugBundle.findMany({ where: { state: { not: 'expired' }, expiresAt: { lte: now } }, take: 200, select: { id: true } }),
    db.snapshot.findMany({
      where: { state: { in: KEPT_SNAPSHOTS }, expiresAt: { lte: new Date(now.getTime() - UNHEARD_MS) } },
      take: 200,
      select: { id: true },
    }),
    findUnlisted(now),
  ]);
  const counts = [
    await eachByItself('bundle expiry', bundles, async ({ id }) => ((await endBundle(actor, id, 'its time is over')) ? 1 : 0)),
    await eachByItself('snapshot expiry', snapshots, ({ id }) => endSnapshot(id, KEPT_SNAPSHOTS, 'expired', null)),
    await eachByItself('snapshots without a list', unlisted, ({ id }) =>
      endSnapshot(id, ['ordered', 'creating'], 'failed', 'its job is over and the gateway does not list it'),
    ),
  ];
  return counts.reduce((sum, count) => sum + count, 0);
}

function findUnlisted(now: Date): Promise<{ id: string }[]> {
  return getDb().$queryRaw`
    SELECT s.id FROM "Snapshot" s JOIN "Job" j ON j.id = s."jobId"
    WHERE s.state IN ('ordered', 'creating') AND j."finishedAt" <= ${new Date(now.getTime() - UNLISTED_MS)} LIMIT 200`;
}

function endSnapshot(id: string, from: string[], to: 'expired' | 'failed', error: string | null): Promise<number> {
  return getDb().$transaction(async (tx) => {
    const before = await tx.snapshot.findUniqueOrThrow({ where: { id } });
    const { count } = await tx.snapshot.updateMany({ where: { id, state: { in: from } }, data: { state: to, error } });
    if (count !== 1) return 0;
    await recordAudit(tx, actor, {
      name: 'snapshot.changed',
      objectType: 'snapshot',
      objectId: id,
      siteId: before.siteId,
      data: { gatewayId: before.gatewayId, from: before.state, to },
    });
    await hint(tx, { kind: 'gateway', gatewayId: before.gatewayId, siteId: before.siteId });
    return 1;
  });
}
