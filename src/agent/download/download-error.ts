/** Why a download failed, with the stable code that the job report carries. */
import type { ErrorCode } from '#/domain/errors/domain-error';

export class DownloadError extends Error {
  override readonly name = 'DownloadError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: Record<string, unknown> = {},
  ) {
    super(message);
  }
}

/** The server or the way to it failed; trying again later may help. */
export class TransferError extends Error {
  override readonly name = 'TransferError';

  constructor(
    message: string,
    /** What the server asked for with Retry-After. */
    readonly waitMs: number = 0,
    /** HTTP status, when there was an answer. */
    readonly status: number | null = null,
  ) {
    super(message);
  }
}
