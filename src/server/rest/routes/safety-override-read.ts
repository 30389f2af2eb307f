import { overrideQuerySchema, overrideViewSchema } from '#/protocol/rest/safety';
import { overrideForProgram } from '../decide-from-program';
import { defineRoute } from '../route';

export const safetyOverrideReadRoute = defineRoute({
  method: 'GET',
  path: '/safety/override/request',
  tag: 'Safety',
  summary: 'One override with everything that an approver must see',
  permission: 'safety.read',
  query: overrideQuerySchema,
  body: null,
  response: overrideViewSchema,
  errors: ['NOT_FOUND'],
  run: async ({ actor, query }) => overrideForProgram(actor, query.override_id),
});
