/** Gateways that are being serviced now: that they are away or mute is expected (suppressed by design). */
import { openWindow, type WindowSettings } from '#/domain/maintenance/window';
import { defaultSettings, gatewaySettingsSchema } from '#/domain/settings/gateway-settings';
import { getDb } from '../db/client';

export async function servicedGateways(gatewayIds: readonly string[], nowMs: number): Promise<ReadonlySet<string>> {
  if (gatewayIds.length === 0) return new Set();
  const rows = await getDb().gateway.findMany({
    where: { id: { in: [...gatewayIds] } },
    select: { id: true, status: true, site: { select: { timezone: true } }, settings: { select: { body: true } } },
  });
  // Most gateways of a site have the same window.
  const known = new Map<string, boolean>();
  const isOpen = (window: WindowSettings) => {
    const key = JSON.stringify(window);
    const open = known.get(key) ?? isWindowOpen(window, nowMs);
    known.set(key, open);
    return open;
  };
  const serviced = rows.filter(({ status, site, settings }) => {
    const stored = gatewaySettingsSchema.safeParse(settings?.body);
    return status === 'maintenance' || isOpen((stored.success ? stored.data : defaultSettings(site.timezone)).maintenance_window);
  });
  return new Set(serviced.map(({ id }) => id));
}

/** A window in a zone that the runtime does not know is never open. */
function isWindowOpen(window: WindowSettings, nowMs: number): boolean {
  try {
    return openWindow(window, nowMs) !== null;
  } catch {
    return false;
  }
}
