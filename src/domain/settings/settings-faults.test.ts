import { describe, expect, it } from 'vitest';
import { defaultSettings, type GatewaySettingsBody } from './gateway-settings';
import { settingsFaults } from './settings-faults';

const faultsOf = (change: (body: GatewaySettingsBody) => void) => {
  const body = defaultSettings('Europe/Amsterdam');
  change(body);
  return settingsFaults(body).map((fault) => `${fault.path}: ${fault.message}`);
};

describe('settings that do not fit together', () => {
  it('the shipped ones do', () => expect(faultsOf(() => undefined)).toEqual([]));

  it('the channel must be available, and none is named twice', () => {
    expect(faultsOf(({ channels }) => (channels.available = ['beta', 'nightly']))).toEqual([
      'channels.current: must be one of the available channels: beta, nightly',
    ]);
    expect(faultsOf(({ channels }) => (channels.available = []))).toEqual([
      'channels.current: must be one of the available channels: there is none',
    ]);
    expect(faultsOf(({ channels }) => (channels.available = ['stable', 'stable']))).toEqual(['channels.available: names stable twice']);
  });

  it('a weekday is named once; a custom schedule has one', () => {
    expect(faultsOf(({ maintenance_window: window }) => (window.days = ['Monday', 'Sunday', 'Monday']))).toEqual([
      'maintenance_window.days: names Monday twice',
    ]);
    expect(faultsOf(({ maintenance_window: window }) => Object.assign(window, { schedule: 'custom', days: [] }))).toHaveLength(1);
  });

  it.each(['Mars/Olympus', 'Europe/Rotterdam', '+05:30', ''])('%j is no zone', (timezone) => {
    expect(faultsOf((body) => (body.maintenance_window.timezone = timezone))[0]).toContain('maintenance_window.timezone');
  });
});
