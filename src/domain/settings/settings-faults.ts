import { isTimeZone } from '../maintenance/window';
import type { GatewaySettingsBody } from './gateway-settings';

export type SettingFault = { path: string; message: string };

/**
 * What is wrong between settings that are each well-formed. Not part of the schema: what was stored before a rule came must
 * still be readable, by agents too.
 */
export function settingsFaults({ channels, maintenance_window: window }: GatewaySettingsBody): SettingFault[] {
  const faults: SettingFault[] = [];
  const add = (path: string, message: string) => faults.push({ path, message });
  const twice = (values: readonly string[]) => values.find((value, at) => values.indexOf(value) !== at);
  const channel = twice(channels.available);
  if (channel !== undefined) add('channels.available', `names ${channel} twice`);
  if (!channels.available.includes(channels.current))
    add('channels.current', `must be one of the available channels: ${channels.available.join(', ') || 'there is none'}`);
  const day = twice(window.days);
  if (day !== undefined) add('maintenance_window.days', `names ${day} twice`);
  if (window.enabled && window.schedule === 'custom' && window.days.length === 0)
    add('maintenance_window.days', 'must name at least one day for a custom schedule');
  if (!isTimeZone(window.timezone)) add('maintenance_window.timezone', `${window.timezone} is no time zone, such as Europe/Amsterdam`);
  return faults;
}
