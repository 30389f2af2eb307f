import type { ErrorCode } from '#/domain/errors/domain-error';

/** Contract: Errors. A new code is a type error here until it has a status. */
export const HTTP_STATUS: Record<ErrorCode, number> = {
  UPDATE_IN_PROGRESS: 409,
  UPDATE_BLOCKED: 400,
  INSUFFICIENT_DISK_SPACE: 409,
  NETWORK_UNAVAILABLE: 503,
  INVALID_UPDATE_FILE: 422,
  SIGNATURE_INVALID: 422,
  CHECKSUM_MISMATCH: 422,
  INVALID_TARGET_PARTITION: 400,
  UPDATE_SERVER_UNREACHABLE: 502,
  INVALID_PIN: 403,
  FACTORY_RESET_NOT_ALLOWED: 403,
  ROLLBACK_NOT_AVAILABLE: 409,
  JOB_NOT_FOUND: 404,
  SYSTEM_BUSY: 409,
  MAINTENANCE_WINDOW_ACTIVE: 409,
  VALIDATION_FAILED: 400,
  GATEWAY_REQUIRED: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  GATEWAY_NOT_FOUND: 404,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  CONFLICT: 409,
  GONE: 410,
  IDEMPOTENCY_CONFLICT: 409,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  RATE_LIMITED: 429,
  SERVICE_UNAVAILABLE: 503,
  INTERNAL: 500,
};

/** What to try when the use-case names nothing better. */
export const DEFAULT_ACTIONS: Partial<Record<ErrorCode, string[]>> = {
  UPDATE_BLOCKED: ['Wait for operations to complete', 'Schedule update during maintenance window'],
  NETWORK_UNAVAILABLE: ['Check the network connection of the gateway', 'Try again later'],
  UNAUTHENTICATED: ['Send a valid API token as Authorization: Bearer <token>'],
  FORBIDDEN: ['Ask an administrator for a role that allows this'],
  VALIDATION_FAILED: ['Correct the fields that details name'],
  GATEWAY_REQUIRED: ['Name the gateway by gateway_id or by the header X-Gateway-ID'],
  NOT_FOUND: ['See openapi.json for the paths'],
  RATE_LIMITED: ['Wait as long as Retry-After says'],
  SERVICE_UNAVAILABLE: ['Try again in a few seconds'],
  INTERNAL: ['Try again; if it stays, tell an administrator the request_id'],
};
