import { z } from 'zod';
import { ERROR_CODES } from '#/domain/errors/domain-error';
import { timestamp } from './values';

/** Contract: Errors. The body of every answer that is not 2xx. */
export const errorBodySchema = z.object({
  error: z.literal(true),
  code: z.enum(ERROR_CODES),
  error_code: z
    .string()
    .regex(/^OTA_0\d\d$/)
    .optional()
    .describe('The number of the error, where it has one.'),
  message: z.string(),
  details: z.record(z.string(), z.unknown()),
  suggested_actions: z.array(z.string()),
  request_id: z.string().describe('Also in the header X-Request-ID.'),
  timestamp,
});
export type ErrorBody = z.infer<typeof errorBodySchema>;
