import { settingsResponseSchema } from '#/protocol/rest/settings';
import { gatewayQuery } from '#/protocol/rest/values';
import { viewSettings } from '../../settings/view-settings';
import { defineRoute } from '../route';

export const settingsReadRoute = defineRoute({
  method: 'GET',
  path: '/settings',
  tag: 'Settings',
  summary: 'The settings in force for the gateway',
  permission: 'settings.read',
  query: gatewayQuery,
  body: null,
  response: settingsResponseSchema,
  run: async ({ actor, gateway }) => {
    const { body, version } = await viewSettings(actor, (await gateway()).id);
    return { ...body, version };
  },
});
