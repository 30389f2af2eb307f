/** Brings issued grants to their agents: as soon as one is connected and has told a fresh nonce, again until it answers. */
import { getDb } from '#/server/db/client';
import { lockGatewaysAndSites } from '#/server/overrides/lock-override';
import { NONCE_FRESH_MS, OFFER_TTL_MS, offerGrants } from '#/server/overrides/offer-grants';
import { eachByItself } from './each-by-itself';

/** Returns how many offers were made. */
export async function offerDueGrants(now = new Date()): Promise<number> {
  const due = new Date(now.getTime() - OFFER_TTL_MS);
  const grants = await getDb().overrideGrant.findMany({
    where: {
      state: 'issued',
      endedAt: null,
      expiresAt: { gt: now },
      OR: [{ offeredAt: null }, { offeredAt: { lt: due } }],
      gateway: { connected: true, safetyNonceAt: { gt: new Date(now.getTime() - NONCE_FRESH_MS) } },
    },
    distinct: ['gatewayId'],
    take: 100,
    select: { id: true, gatewayId: true, siteId: true },
  });
  return eachByItself('grant offers', grants, (grant) =>
    getDb().$transaction(async (tx) => {
      await lockGatewaysAndSites(tx, [grant]);
      return offerGrants(tx, grant.gatewayId, now);
    }),
  );
}
