/** The closed set of error codes. Doors map each one with a total record (contract: Errors). */
export const ERROR_CODES = [
  'UPDATE_IN_PROGRESS',
  'UPDATE_BLOCKED',
  'INSUFFICIENT_DISK_SPACE',
  'NETWORK_UNAVAILABLE',
  'INVALID_UPDATE_FILE',
  'SIGNATURE_INVALID',
  'CHECKSUM_MISMATCH',
  'INVALID_TARGET_PARTITION',
  'UPDATE_SERVER_UNREACHABLE',
  'INVALID_PIN',
  'FACTORY_RESET_NOT_ALLOWED',
  'ROLLBACK_NOT_AVAILABLE',
  'JOB_NOT_FOUND',
  'SYSTEM_BUSY',
  'MAINTENANCE_WINDOW_ACTIVE',
  'VALIDATION_FAILED',
  'GATEWAY_REQUIRED',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'GATEWAY_NOT_FOUND',
  'NOT_FOUND',
  'METHOD_NOT_ALLOWED',
  'CONFLICT',
  'GONE',
  'IDEMPOTENCY_CONFLICT',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'RATE_LIMITED',
  'SERVICE_UNAVAILABLE',
  'INTERNAL',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** The one error that use-cases throw. `message` is for people: what happened, why, what to do next. */
export class DomainError extends Error {
  override readonly name = 'DomainError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: Record<string, unknown> = {},
    readonly suggestedActions: string[] = [],
  ) {
    super(message);
  }
}
