/** What the command's exit code tells a script (docs/operations.md). */
export const EXIT = {
  done: 0,
  /** Refused by a rule, not found, or a check of doctor failed. */
  failed: 1,
  /** Unknown command or option, missing or invalid value. */
  usage: 2,
  /** Database or broker cannot be reached. */
  unreachable: 3,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** An end that is explained in one sentence: what happened and what to do. */
export class CliError extends Error {
  override readonly name = 'CliError';

  constructor(
    readonly exitCode: ExitCode,
    message: string,
    readonly code: string,
  ) {
    super(message);
  }
}
