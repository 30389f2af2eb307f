import { TRPCError } from '@trpc/server';
import { ZodError } from 'zod';
import { DomainError, type ErrorCode } from '#/domain/errors/domain-error';
import { logger } from '../config/logger';

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
  IDEMPOTENCY_CONFLICT: 'CONFLICT',
  PAYLOAD_TOO_LARGE: 'PAYLOAD_TOO_LARGE',
  UNSUPPORTED_MEDIA_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
  RATE_LIMITED: 'TOO_MANY_REQUESTS',
  SERVICE_UNAVAILABLE: 'SERVICE_UNAVAILABLE',
  INTERNAL: 'INTERNAL_SERVER_ERROR',
};

/** Maps what a use-case threw; anything that is not ours is logged and answered with a fixed sentence. */
export function toTrpcError(cause: unknown): TRPCError {
  if (cause instanceof TRPCError) return cause;
  if (cause instanceof DomainError) return new TRPCError({ code: TRPC_CODE[cause.code], message: cause.message, cause });
  if (cause instanceof ZodError) return new TRPCError({ code: 'BAD_REQUEST', message: cause.message, cause });
  logger.error({ err: cause }, 'unexpected error in a procedure');
  return new TRPCError({
    code: 'INTERNAL_SERVER_ERROR',
    message: 'Something went wrong on the server. Try again; if it stays, tell an administrator.',
  });
}
