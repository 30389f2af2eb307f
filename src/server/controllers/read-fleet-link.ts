import { getPool } from '../db/client';
import { type FleetLink, type Heartbeat, judgeFleetLink } from '#/domain/gateways/fleet-link';

/** How the server is connected to its fleet now; all times by the database's clock. */
export async function readFleetLink(): Promise<FleetLink> {
  const { rows } = await getPool().query<Heartbeat & { now: Date }>(
    'SELECT at, "brokerConnected", since, now() AS now FROM "ControllerHeartbeat" ORDER BY at DESC LIMIT 50',
  );
  return judgeFleetLink(rows, rows[0]?.now.getTime() ?? Date.now());
}
