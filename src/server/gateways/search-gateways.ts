import type { Actor } from '../access/actor';
import { getDb } from '../db/client';
import { GATEWAY_FROM, gatewayWhere } from './gateway-filter';

export type GatewayHit = { id: string; name: string; siteId: string; siteName: string; status: string };

/** The first eight gateways whose name contains the text, those that begin with it first (command palette). */
export async function searchGateways(actor: Actor, text: string): Promise<GatewayHit[]> {
  const where = gatewayWhere(actor, { text });
  const start = `${text.replace(/[\\%_]/g, '\\$&')}%`;
  return getDb().$queryRaw<GatewayHit[]>`
    SELECT g.id, g.name, g."siteId", s.name AS "siteName", g.status FROM ${GATEWAY_FROM}
    WHERE ${where} ORDER BY (g.name ILIKE ${start}) DESC, g.name LIMIT 8`;
}
