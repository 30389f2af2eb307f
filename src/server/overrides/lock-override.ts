import type { Tx } from '../db/client';
import type { OverrideRequest } from '../db/generated/client';

/**
 * Locks in the one order that every change of an override follows: the gateway (as jobs and commands do), the site's
 * overrides, then the request; so two of them follow each other and none waits in a circle. Null when the request is gone.
 */
export async function lockOverride(tx: Tx, id: string): Promise<OverrideRequest | null> {
  const seen = await tx.overrideRequest.findUnique({ where: { id }, select: { gatewayId: true, siteId: true } });
  if (!seen) return null;
  await lockGatewaysAndSites(tx, [seen]);
  await tx.$queryRaw`SELECT id FROM "OverrideRequest" WHERE id = ${id} FOR UPDATE`;
  return tx.overrideRequest.findUnique({ where: { id } });
}

/** All gateways, then all sites, each in one order. */
export async function lockGatewaysAndSites(tx: Tx, of: readonly { gatewayId: string; siteId: string }[]): Promise<void> {
  const ids = of.map((one) => one.gatewayId);
  await tx.$queryRaw`SELECT id FROM "Gateway" WHERE id = ANY(${ids}::uuid[]) ORDER BY id FOR UPDATE`;
  for (const siteId of [...new Set(of.map((one) => one.siteId))].sort()) {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('fairlead.overrides'), hashtext(${siteId}))`;
  }
}
