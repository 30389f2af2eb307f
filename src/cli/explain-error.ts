/** Any error as an exit code and one sentence. */
import { CommanderError } from 'commander';
import { ZodError } from 'zod';
import { DomainError } from '#/domain/errors/domain-error';
import { CliError, EXIT, type ExitCode } from './exit-codes';

export type Explained = { exitCode: ExitCode; code: string; message: string };

/** Null: commander has said everything already (help, version). */
export function explainError(error: unknown): Explained | null {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return null;
    return { exitCode: EXIT.usage, code: 'USAGE', message: error.message.replace(/^error: /, '') };
  }
  if (error instanceof CliError) return { exitCode: error.exitCode, code: error.code, message: error.message };
  if (error instanceof DomainError) {
    const next = error.suggestedActions[0];
    return { exitCode: EXIT.failed, code: error.code, message: next ? `${error.message} ${next}.` : error.message };
  }
  if (error instanceof ZodError) {
    const issue = error.issues[0];
    const field = issue?.path.join('.');
    return { exitCode: EXIT.usage, code: 'USAGE', message: field ? `${field}: ${issue?.message}` : (issue?.message ?? 'invalid value') };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { exitCode: EXIT.failed, code: 'INTERNAL', message: message.split('\n').filter(Boolean).at(-1) ?? 'unknown error' };
}
