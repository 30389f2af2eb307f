import { settingsUpdateSchema, settingsUpdatedSchema } from '#/protocol/rest/settings';
import { gatewayQuery } from '#/protocol/rest/values';
import { updateSettings } from '../../settings/update-settings';
import { defineRoute } from '../route';

export const settingsUpdateRoute = defineRoute({
  method: 'POST',
  path: '/settings/update',
  tag: 'Settings',
  summary: 'Change any subset of the settings; all of it or nothing',
  permission: 'settings.write',
  query: gatewayQuery,
  body: settingsUpdateSchema,
  response: settingsUpdatedSchema,
  errors: ['CONFLICT'],
  example: { request: { auto_update: { enabled: true }, maintenance_window: { time: '03:00', timezone: 'Europe/Amsterdam' } } },
  run: async ({ actor, body, gateway }) => {
    const { gateway_id: _gatewayId, version: expectedVersion, ...changes } = body;
    const updated = await updateSettings(actor, { gatewayId: (await gateway()).id, changes, expectedVersion });
    const count = Object.keys(updated.changes).length;
    return {
      status: 'updated' as const,
      message: count === 0 ? 'Nothing had to be changed' : `${count} ${count === 1 ? 'setting was' : 'settings were'} changed`,
      restart_required: updated.restartRequired,
      changes: updated.changes,
      version: updated.version,
    };
  },
});
