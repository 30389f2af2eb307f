import { DomainError } from '#/domain/errors/domain-error';
import { debugQuerySchema, debugResponseSchema } from '#/protocol/rest/bundles';
import { requestBundle } from '../../recovery/request-bundle';
import { presentBundle } from '../present-bundle';
import { defineRoute } from '../route';

export const monitorDebugRoute = defineRoute({
  method: 'GET',
  path: '/monitor/debug',
  tag: 'Monitoring',
  summary: 'Order a debug bundle; asked again while it is being made, it is the same one',
  permission: 'bundle.create',
  query: debugQuerySchema,
  body: null,
  response: debugResponseSchema,
  errors: ['SYSTEM_BUSY'],
  run: async ({ actor, query, gateway }) => {
    const { id } = await gateway();
    const contents = [
      ...(query.include_logs ? (['logs'] as const) : []),
      ...(query.include_config ? (['config'] as const) : []),
      ...(query.include_system_info ? (['system_info'] as const) : []),
    ];
    if (contents.length === 0) {
      const fields = [{ path: 'include_logs', message: 'a bundle of nothing is not made' }];
      throw new DomainError('VALIDATION_FAILED', 'The bundle would be empty.', { fields });
    }
    return presentBundle(await requestBundle(actor, { gatewayId: id, contents, compression: query.compression }));
  },
});
