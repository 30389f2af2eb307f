import { describe, expect, it } from 'vitest';
import { defaultSettings, type GatewaySettingsBody } from '#/domain/settings/gateway-settings';
import { changedSettings, countChanges } from './changed-settings';

const before = defaultSettings('Europe/Amsterdam');
const edited = (change: (body: GatewaySettingsBody) => void): GatewaySettingsBody => {
  const body = structuredClone(before);
  change(body);
  return body;
};

describe('what the settings form sends', () => {
  it('nothing, when nothing differs, in whatever order the days were ticked', () => {
    const same = edited((body) => body.maintenance_window.days.reverse());
    expect(changedSettings(before, same)).toEqual({});
    expect(countChanges({})).toBe(0);
  });

  it('the changed fields only, nested as the settings are', () => {
    const changes = changedSettings(
      before,
      edited((body) => {
        body.update_strategy = 'maintenance';
        body.maintenance_window.time = '03:00';
        body.maintenance_window.days = ['Sunday', 'Monday'];
      }),
    );
    expect(changes).toEqual({ update_strategy: 'maintenance', maintenance_window: { time: '03:00', days: ['Monday', 'Sunday'] } });
    expect(countChanges(changes)).toBe(3);
  });
});
