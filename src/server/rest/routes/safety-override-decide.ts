import { z } from 'zod';
import { decideOverrideBodySchema, decideOverrideResponseSchema } from '#/protocol/rest/safety';
import { decideFromProgram } from '../decide-from-program';
import { defineRoute } from '../route';

export const safetyOverrideDecideRoute = defineRoute({
  method: 'POST',
  path: '/safety/override/decide',
  tag: 'Safety',
  summary: 'Approve the request of another person with the own PIN, or reject it',
  permission: 'override.approve',
  query: z.object({}),
  body: decideOverrideBodySchema,
  response: decideOverrideResponseSchema,
  errors: ['INVALID_PIN', 'CONFLICT', 'NOT_FOUND'],
  example: { request: { override_id: 'OVR-8821X4', decision: 'reject', reason: 'Replace the battery first' } },
  run: async ({ actor, body }) => decideFromProgram(actor, body),
});
