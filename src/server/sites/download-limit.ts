import { getDb } from '../db/client';

/** Bytes per second that a gateway may download at most, by its own limit and its site's; 0: none. */
export async function downloadLimitOf(gatewayId: string): Promise<number> {
  const { downloadBytesPerSecond: own, site } = await getDb().gateway.findUniqueOrThrow({
    where: { id: gatewayId },
    select: { downloadBytesPerSecond: true, site: { select: { downloadBytesPerSecond: true } } },
  });
  return smallestLimit(Number(own ?? 0), Number(site.downloadBytesPerSecond ?? 0));
}

/** Of limits of which 0 is none. */
export function smallestLimit(...limits: number[]): number {
  const real = limits.filter((limit) => limit > 0);
  return real.length === 0 ? 0 : Math.min(...real);
}
