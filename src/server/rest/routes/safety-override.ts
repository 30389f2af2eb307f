import { overrideBodySchema, overrideResponseSchema } from '#/protocol/rest/safety';
import { gatewayQuery } from '#/protocol/rest/values';
import { overrideFromProgram } from '../override-from-program';
import { defineRoute } from '../route';

export const safetyOverrideRoute = defineRoute({
  method: 'POST',
  path: '/safety/override',
  tag: 'Safety',
  summary: 'Ask for an override of soft limits, authorise it alone, or end it',
  // Ending needs override.revoke, which everyone has who may ask.
  permission: 'override.request',
  query: gatewayQuery,
  body: overrideBodySchema,
  response: overrideResponseSchema,
  accepted: {
    description: 'Another person has to approve it.',
    when: (value) => (value as { status?: unknown }).status === 'pending_approval',
  },
  errors: ['INVALID_PIN', 'UPDATE_BLOCKED', 'CONFLICT', 'NOT_FOUND'],
  example: {
    request: {
      enable: true,
      pin: '482915',
      reason: 'Encoder of the trolley is being replaced',
      constraints: ['crane_motion'],
      duration: 1800,
      acknowledge_risks: true,
    },
  },
  run: async ({ actor, body, gateway }) => overrideFromProgram(actor, (await gateway()).id, body),
});
