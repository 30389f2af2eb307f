import { safetyStatusSchema } from '#/protocol/rest/safety';
import { gatewayQuery } from '#/protocol/rest/values';
import { judgeSafety } from '../../safety/judge-safety';
import { presentSafety } from '../present-safety';
import { defineRoute } from '../route';

export const safetyStatusRoute = defineRoute({
  method: 'GET',
  path: '/safety/status',
  tag: 'Safety',
  summary: 'Whether the interlocks allow the gateway to restart now',
  permission: 'safety.read',
  query: gatewayQuery,
  body: null,
  response: safetyStatusSchema,
  run: async ({ actor, gateway }) => presentSafety(await judgeSafety(actor, (await gateway()).id)),
});
