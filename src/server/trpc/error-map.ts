import { TRPCError } from '@trpc/server';
import { ZodError } from 'zod';
import { DomainError, type ErrorCode } from '#/domain/errors/domain-error';
import { logger } from '../config/logger';
import { isDatabaseGone } from '../db/database-gone';
import { isRefusedValue } from '../db/refused-value';

/** Every domain error has a tRPC code; a new one is a type error here until it is mapped. */
export const TRPC_CODE: Record<ErrorCode, TRPCError['code']> = {
  UPDATE_IN_PROGRESS: 'CONFLICT',
  UPDATE_BLOCKED: 'CONFLICT',
  INSUFFICIENT_DISK_SPACE: 'PRECONDITION_FAILED',
  NETWORK_UNAVAILABLE: 'SERVICE_UNAVAILABLE',
  INVALID_UPDATE_FILE: 'UNPROCESSABLE_CONTENT',
  SIGNATURE_INVALID: 'UNPROCESSABLE_CONTENT',
  CHECKSUM_MISMATCH: 'UNPROCESSABLE_CONTENT',
  INVALID_TARGET_PARTITION: 'BAD_REQUEST',
  UPDATE_SERVER_UNREACHABLE: 'SERVICE_UNAVAILABLE',
  INVALID_PIN: 'FORBIDDEN',
  FACTORY_RESET_NOT_ALLOWED: 'FORBIDDEN',
  ROLLBACK_NOT_AVAILABLE: 'CONFLICT',
  JOB_NOT_FOUND: 'NOT_FOUND',
  SYSTEM_BUSY: 'CONFLICT',
  MAINTENANCE_WINDOW_ACTIVE: 'CONFLICT',
  VALIDATION_FAILED: 'BAD_REQUEST',
  GATEWAY_REQUIRED: 'BAD_REQUEST',
  UNAUTHENTICATED: 'UNAUTHORIZED',
  FORBIDDEN: 'FORBIDDEN',
  GATEWAY_NOT_FOUND: 'NOT_FOUND',
  NOT_FOUND: 'NOT_FOUND',
  METHOD_NOT_ALLOWED: 'METHOD_NOT_SUPPORTED',
  CONFLICT: 'CONFLICT',
  GONE: 'NOT_FOUND',
  IDEMPOTENCY_CONFLICT: 'CONFLICT',
  PAYLOAD_TOO_LARGE: 'PAYLOAD_TOO_LARGE',
  UNSUPPORTED_MEDIA_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
  RATE_LIMITED: 'TOO_MANY_REQUESTS',
  SERVICE_UNAVAILABLE: 'SERVICE_UNAVAILABLE',
  INTERNAL: 'INTERNAL_SERVER_ERROR',
};

/** What a person reads about an error that is not ours: its own message may hold SQL. */
export const UNEXPECTED = 'Something went wrong on the server. Try again; if it stays, tell an administrator.';
const UNAVAILABLE = 'The service is not available at the moment. What you see may be old; try again in a few seconds.';

/** Maps what a use-case threw; anything that is not ours is logged and answered with a fixed sentence. */
export function toTrpcError(cause: unknown): TRPCError {
  if (cause instanceof TRPCError) return cause;
  if (cause instanceof DomainError) return new TRPCError({ code: TRPC_CODE[cause.code], message: cause.message, cause });
  if (cause instanceof ZodError) return new TRPCError({ code: 'BAD_REQUEST', message: cause.message, cause });
  if (isDatabaseGone(cause)) {
    logger.warn({ reason: (cause as Error).message?.slice(-300) }, 'the database is not available');
    return toTrpcError(new DomainError('SERVICE_UNAVAILABLE', UNAVAILABLE));
  }
  if (isRefusedValue(cause)) return toTrpcError(new DomainError('VALIDATION_FAILED', 'A value that was sent cannot be used.'));
  logger.error({ err: cause }, 'unexpected error in a procedure');
  return new TRPCError({ code: 'INTERNAL_SERVER_ERROR', message: UNEXPECTED });
}
