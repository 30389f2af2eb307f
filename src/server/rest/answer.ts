/** What a request is answered with, before it becomes a Response. */
import { ZodError } from 'zod';
import { DomainError } from '#/domain/errors/domain-error';
import { OTA_CODE } from '#/domain/errors/ota-codes';
import type { ErrorBody } from '#/protocol/rest/error';
import { logger } from '../config/logger';
import { isDatabaseGone } from '../db/database-gone';
import { isRefusedValue } from '../db/refused-value';
import { DEFAULT_ACTIONS, HTTP_STATUS } from './http-status';
import { fieldErrors } from './parse-input';
import { wireTime } from './wire-text';

/** `body` is JSON text, bytes of the type that the headers say, or null for none. */
export type Answer = { status: number; body: string | ReadableStream<Uint8Array> | null; headers: Record<string, string> };

const RETRY_AFTER_S = 5;

const SECURITY_HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
};

export function jsonAnswer(status: number, value: unknown, headers: Record<string, string> = {}): Answer {
  return { status, body: JSON.stringify(value), headers };
}

/** An error as the contract writes it. What is not ours is logged and answered with a fixed sentence. */
export function errorAnswer(cause: unknown, requestId: string): Answer {
  const error = toDomainError(cause, requestId);
  const status = HTTP_STATUS[error.code];
  const headers: Record<string, string> = {};
  const wait = error.details.retry_after_seconds;
  if (status === 503 || typeof wait === 'number') headers['retry-after'] = String(typeof wait === 'number' ? wait : RETRY_AFTER_S);
  if (status === 401) headers['www-authenticate'] = challenge(error);
  if (status === 405 && Array.isArray(error.details.allowed)) headers.allow = error.details.allowed.join(', ');
  const otaCode = OTA_CODE[error.code];
  const body: ErrorBody = {
    error: true,
    code: error.code,
    ...(otaCode === undefined ? {} : { error_code: otaCode }),
    message: error.message,
    details: error.details,
    suggested_actions: error.suggestedActions.length > 0 ? error.suggestedActions : (DEFAULT_ACTIONS[error.code] ?? []),
    request_id: requestId,
    timestamp: wireTime(new Date()),
  };
  return jsonAnswer(status, body, headers);
}

/** The Response; HEAD gets the headers only. */
export function toResponse(answer: Answer, requestId: string, method: string): Response {
  const headers = new Headers({ ...SECURITY_HEADERS, 'x-request-id': requestId, ...answer.headers });
  if (typeof answer.body === 'string') headers.set('content-type', 'application/json; charset=utf-8');
  return new Response(method === 'HEAD' ? null : answer.body, { status: answer.status, headers });
}

function toDomainError(cause: unknown, requestId: string): DomainError {
  if (cause instanceof DomainError) return cause;
  if (cause instanceof ZodError)
    return new DomainError('VALIDATION_FAILED', 'Some of what was sent is not valid.', { fields: fieldErrors(cause) });
  if (isDatabaseGone(cause)) {
    logger.warn({ requestId, reason: (cause as Error).message?.slice(0, 300) }, 'rest: the database is not available');
    return new DomainError('SERVICE_UNAVAILABLE', 'The service is not available at the moment.');
  }
  if (isRefusedValue(cause)) return new DomainError('VALIDATION_FAILED', 'A value that was sent cannot be used.', { fields: [] });
  logger.error({ err: cause, requestId }, 'rest: unexpected error');
  return new DomainError('INTERNAL', 'Something went wrong on the server.');
}

function challenge(error: DomainError): string {
  return error.details.reason === 'invalid_token' ? 'Bearer realm="fairlead", error="invalid_token"' : 'Bearer realm="fairlead"';
}
