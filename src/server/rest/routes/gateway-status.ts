import { gatewayStatusSchema } from '#/protocol/rest/gateway';
import { gatewayQuery } from '#/protocol/rest/values';
import { readGateway } from '../../gateways/read-gateway';
import { viewSettings } from '../../settings/view-settings';
import { presentGatewayStatus } from '../present-gateway';
import { defineRoute } from '../route';

export const gatewayStatusRoute = defineRoute({
  method: 'GET',
  path: '/gateway/status',
  tag: 'Gateway',
  summary: 'What the gateway is, what its partitions hold, and how it is',
  permission: 'gateway.read',
  query: gatewayQuery,
  body: null,
  response: gatewayStatusSchema,
  run: async ({ actor, gateway }) => {
    const { id } = await gateway();
    const [view, settings] = await Promise.all([readGateway(actor, id), viewSettings(actor, id)]);
    return presentGatewayStatus(view, settings.body.auto_update.auto_rollback);
  },
});
