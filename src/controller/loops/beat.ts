import { getDb } from '#/server/db/client';
import type { MqttLink } from '../mqtt-link';
import { runEvery } from './run-every';

const BEAT_MS = 5000;

/** Says that this controller lives and whether it hears the fleet; by the database's clock. Forgets controllers of long ago. */
export async function beat(controllerId: string, hearsFleet: boolean): Promise<void> {
  const db = getDb();
  await db.$executeRaw`
    INSERT INTO "ControllerHeartbeat" AS h (id, at, "brokerConnected", since) VALUES (${controllerId}::uuid, now(), ${hearsFleet}, now())
    ON CONFLICT (id) DO UPDATE SET at = now(), "brokerConnected" = EXCLUDED."brokerConnected",
      since = CASE WHEN h."brokerConnected" = EXCLUDED."brokerConnected" THEN h.since ELSE now() END`;
  await db.$executeRaw`DELETE FROM "ControllerHeartbeat" WHERE at < now() - interval '1 day'`;
}

/** Beats while the controller runs, and at once when it hears the fleet (again). */
export function startHeartbeat(controllerId: string, link: Pick<MqttLink, 'hearingSinceMs' | 'onHearing'>): { stop(): Promise<void> } {
  const now = () => beat(controllerId, link.hearingSinceMs() !== null);
  // A database that is away is told by the loop.
  link.onHearing(() => void now().catch(() => undefined));
  return runEvery('heartbeat', BEAT_MS, now);
}
