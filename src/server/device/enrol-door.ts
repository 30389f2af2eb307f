/** POST /device/v1/enroll: a one-time token creates the identity of an agent. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { DomainError, type ErrorCode } from '#/domain/errors/domain-error';
import { enrolRequestSchema } from '#/protocol/device/enrolment';
import { enrolGateway } from '../enrolment/enrol-gateway';
import { readBody } from './read-body';
import { sendError, sendJson } from './send-json';

const MAX_BODY_BYTES = 16 * 1024;
/** A whole site behind one address may enrol at once; somebody who guesses is stopped after a few tries. */
const requests = new RateLimiterMemory({ points: 1200, duration: 60 });
const refusals = new RateLimiterMemory({ points: 30, duration: 600 });

const HTTP_STATUS: Partial<Record<ErrorCode, number>> = {
  VALIDATION_FAILED: 400,
  UNAUTHENTICATED: 401,
  CONFLICT: 409,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
};

export async function answerEnrolment(
  request: IncomingMessage,
  response: ServerResponse,
  context: { ip: string | null; mqttUrl: string },
): Promise<void> {
  const caller = context.ip ?? 'unknown';
  const waitMs = await waitOf(caller);
  if (waitMs > 0) {
    const retryAfter = Math.ceil(waitMs / 1000);
    return sendError(request, response, 429, 'RATE_LIMITED', `Too many enrolments from this address. Try again in ${retryAfter} s.`, {
      'Retry-After': retryAfter,
      Connection: 'close',
    });
  }
  try {
    const input = parseBody(await readBody(request, MAX_BODY_BYTES));
    sendJson(request, response, 200, await enrolGateway(input, context));
  } catch (error) {
    const status = error instanceof DomainError ? HTTP_STATUS[error.code] : undefined;
    if (!(error instanceof DomainError) || status === undefined) throw error;
    if (status === 401 || status === 409) await refusals.penalty(caller);
    // A body that was not read to its end cannot be followed by another request.
    sendError(request, response, status, error.code, error.message, request.complete ? {} : { Connection: 'close' });
  }
}

/** How long the caller has to wait; 0 when it may go on. */
async function waitOf(caller: string): Promise<number> {
  const refused = await refusals.get(caller);
  if (refused && refused.consumedPoints >= refusals.points) return Math.max(1, refused.msBeforeNext);
  return requests.consume(caller).then(
    () => 0,
    (limit: { msBeforeNext?: number }) => Math.max(1, limit.msBeforeNext ?? 1000),
  );
}

function parseBody(body: Buffer) {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    throw new DomainError('VALIDATION_FAILED', 'The body is no JSON.');
  }
  const parsed = enrolRequestSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`);
  throw new DomainError('VALIDATION_FAILED', `The request is not valid. ${fields.join('; ')}`);
}
