/** Orders each site's present safety policy for every gateway that has not been told it. */
import { wirePolicy } from '#/protocol/mqtt/policy';
import { getDb } from '#/server/db/client';
import { enqueueCommand } from '#/server/outbox/enqueue-command';
import { readSitePolicy } from '#/server/safety/site-policy';
import { eachByItself } from './each-by-itself';

const BATCH = 200;
const UNREADABLE_PAUSE_MS = 3_600_000;

/** Returns how many gateways were told. An order that ran out is given again (close-expired.ts), one that was refused after a pause. */
export async function distributePolicies(now = new Date()): Promise<number> {
  const behind = await getDb().$queryRaw<{ id: string; siteId: string }[]>`
    SELECT g.id, g."siteId" FROM "Gateway" g JOIN (SELECT "siteId", max(version) AS version FROM "SitePolicy" GROUP BY 1) p ON p."siteId" = g."siteId"
    WHERE (g."policyVersion" < p.version OR g."policyRetryAt" <= ${now}) AND g."enrolledAt" IS NOT NULL ORDER BY g.id LIMIT ${BATCH}`;
  return eachByItself('policies', behind, ({ id, siteId }) =>
    getDb().$transaction(async (tx) => {
      await tx.$queryRaw`SELECT id FROM "Gateway" WHERE id = ${id}::uuid FOR UPDATE`;
      const { version, policy, unreadable } = await readSitePolicy(tx, siteId);
      if (unreadable) {
        // What a newer server has tightened is not replaced by what is shipped: the gateway keeps what it has.
        const policyRefusal = `not sent: this server is older than the one that wrote version ${version} of the policy`;
        const policyRetryAt = new Date(now.getTime() + UNREADABLE_PAUSE_MS);
        await tx.gateway.update({ where: { id }, data: { policyVersion: version, policyRefusal, policyRetryAt } });
        return 0;
      }
      const { count } = await tx.gateway.updateMany({
        where: { id, OR: [{ policyVersion: { lt: version } }, { policyRetryAt: { lte: now } }] },
        data: { policyVersion: version, policyRetryAt: null },
      });
      if (count === 0) return 0;
      // Only the newest counts; older ones that were never sent need not be told.
      await tx.outboxCommand.updateMany({
        where: { gatewayId: id, name: 'policy.apply', sentAt: null, answeredAt: null },
        data: { answeredAt: new Date(), resultCode: 'WITHDRAWN', resultText: 'a newer policy follows' },
      });
      await enqueueCommand(tx, id, { name: 'policy.apply', version, ...wirePolicy(policy) });
      return 1;
    }),
  );
}
