/** Where the next page of a list by (time, id) begins, as an opaque text for programs. */
import { DomainError } from '#/domain/errors/domain-error';

export type ListKey = { at: Date; id: string };

export function encodeCursor(key: ListKey): string {
  return Buffer.from(`${key.at.getTime()}|${key.id}`).toString('base64url');
}

/** Throws VALIDATION_FAILED for what encodeCursor has not made. */
export function decodeCursor(text: string): ListKey {
  const match = /^(\d{1,14})\|([\w-]{1,64})$/.exec(Buffer.from(text, 'base64url').toString('latin1'));
  if (match) return { at: new Date(Number(match[1])), id: match[2] as string };
  throw new DomainError('VALIDATION_FAILED', 'The cursor is not one of this list.', {
    fields: [{ path: 'cursor', message: 'must be next_cursor of the page before' }],
  });
}
