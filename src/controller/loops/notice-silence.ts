import { getDb } from '#/server/db/client';
import { setConnected } from '../ingest/presence';

/** A gateway that says nothing for this long is offline, whatever its session says. */
export const SILENCE_MS = 90_000;

/** Marks silent gateways offline; returns how many. */
export async function noticeSilence(now = new Date()): Promise<number> {
  const silent = await getDb().gateway.findMany({
    where: { connected: true, OR: [{ lastSeenAt: null }, { lastSeenAt: { lt: new Date(now.getTime() - SILENCE_MS) } }] },
    take: 500,
    select: { id: true },
  });
  for (const { id } of silent) await setConnected(id, false);
  return silent.length;
}
