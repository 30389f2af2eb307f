import { defaultSettings, type GatewaySettingsBody, gatewaySettingsSchema } from '#/domain/settings/gateway-settings';
import type { Db, Tx } from '../db/client';

/** The settings in force for a gateway; version 0 stands for the defaults that nobody has changed. */
export async function readSettings(db: Db | Tx, gatewayId: string): Promise<{ body: GatewaySettingsBody; version: number }> {
  const gateway = await db.gateway.findUniqueOrThrow({
    where: { id: gatewayId },
    select: { site: { select: { timezone: true } }, settings: { select: { body: true, version: true } } },
  });
  const stored = gatewaySettingsSchema.safeParse(gateway.settings?.body);
  if (stored.success && gateway.settings) return { body: stored.data, version: gateway.settings.version };
  return { body: defaultSettings(gateway.site.timezone), version: 0 };
}
