/** What a person has changed in the settings form: the smallest subset that the server has to be told. Pure. */
import { type GatewaySettingsBody, WEEKDAYS } from '#/domain/settings/gateway-settings';

type Json = Record<string, unknown>;

/** The changed fields, nested as the settings are; empty when nothing differs. */
export function changedSettings(before: GatewaySettingsBody, after: GatewaySettingsBody): Json {
  return difference(before, inOrder(after)) ?? {};
}

/** How many fields differ. */
export function countChanges(changes: Json): number {
  return Object.values(changes).reduce<number>((sum, value) => sum + (isPlain(value) ? Object.keys(value).length : 1), 0);
}

/** Check boxes give the days in the order of the clicks; the week has its own. */
function inOrder(body: GatewaySettingsBody): GatewaySettingsBody {
  const { days } = body.maintenance_window;
  return { ...body, maintenance_window: { ...body.maintenance_window, days: WEEKDAYS.filter((day) => days.includes(day)) } };
}

function difference(before: Json, after: Json): Json | null {
  const changes: Json = {};
  for (const [key, value] of Object.entries(after)) {
    const old = before[key];
    if (isPlain(old) && isPlain(value)) {
      const inner = difference(old, value);
      if (inner) changes[key] = inner;
    } else if (JSON.stringify(old) !== JSON.stringify(value)) changes[key] = value;
  }
  return Object.keys(changes).length > 0 ? changes : null;
}

function isPlain(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
