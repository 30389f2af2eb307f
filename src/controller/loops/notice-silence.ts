import { getDb } from '#/server/db/client';
import { setConnected } from '../ingest/presence';
import { eachByItself } from './each-by-itself';

/** A gateway that says nothing for this long is offline, whatever its session says. */
export const SILENCE_MS = 90_000;

/** Marks silent gateways offline; returns how many. */
export async function noticeSilence(now = new Date()): Promise<number> {
  const since = new Date(now.getTime() - SILENCE_MS);
  const silent = await getDb().gateway.findMany({
    where: { connected: true, OR: [{ lastSeenAt: null }, { lastSeenAt: { lt: since } }] },
    take: 500,
    select: { id: true },
  });
  return eachByItself('silence', silent, async ({ id }) => ((await setConnected(id, false, since)) ? 1 : 0));
}

/**
 * The loop's task. Who has been deaf (no broker, no database, just started) has no right to call others silent:
 * it waits until it could have heard them for the whole time.
 */
export function createSilenceWatch(hearingSinceMs: () => number | null, clock: () => number = Date.now): () => Promise<number> {
  let writingSinceMs = clock();
  return async () => {
    const nowMs = clock();
    const hearing = hearingSinceMs();
    if (hearing === null || nowMs - Math.max(hearing, writingSinceMs) < SILENCE_MS) {
      await getDb().$queryRaw`SELECT 1`.catch((error: unknown) => {
        writingSinceMs = clock();
        throw error;
      });
      return 0;
    }
    return noticeSilence(new Date(nowMs)).catch((error: unknown) => {
      writingSinceMs = clock();
      throw error;
    });
  };
}
