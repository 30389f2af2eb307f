import type { GatewaySettingsBody } from '#/domain/settings/gateway-settings';
import type { Actor } from '../access/actor';
import { getDb } from '../db/client';
import { findGateway } from '../gateways/find-gateway';
import { readSettings } from './read-settings';

export type SettingsView = { body: GatewaySettingsBody; version: number; updatedAt: Date | null };

/** The settings in force for a gateway that the actor may read. */
export async function viewSettings(actor: Actor, gatewayId: string): Promise<SettingsView> {
  await findGateway(actor, { id: gatewayId }, 'settings.read');
  const db = getDb();
  const [settings, row] = await Promise.all([
    readSettings(db, gatewayId),
    db.gatewaySettings.findUnique({ where: { gatewayId }, select: { updatedAt: true } }),
  ]);
  return { ...settings, updatedAt: row?.updatedAt ?? null };
}
