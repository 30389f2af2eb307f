/** Value forms that the REST contract uses again and again. */
import { z } from 'zod';

/** Text that the database can hold: well-formed, no NUL. */
export function plainText(max: number, min = 1) {
  return z
    .string()
    .min(min, min === 1 ? 'must not be empty' : `must have at least ${min} characters`)
    .max(max, `must have at most ${max} characters`)
    .refine((text) => !text.includes('\0') && text.isWellFormed(), 'must be well-formed text without NUL characters');
}

/** RFC 3339 in UTC, such as 2026-03-15T10:30:45Z. */
export const timestamp = z.iso.datetime();

/** An instant that a caller gives: RFC 3339 with any offset, or a date (its midnight in UTC). */
export const instantInput = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], 'must be an RFC 3339 time or a date')
  .transform((text) => new Date(text));

export const count = z.number().int().nonnegative();
export const percent = z.number().min(0).max(100);
export const partition = z.enum(['A', 'B']);
export const health = z.enum(['good', 'fair', 'poor']);

/** "452 MB": decimal, for people; the exact value stands beside it. */
export const sizeText = z.string().regex(/^\d+(\.\d+)? (B|kB|MB|GB|TB)$/);
/** "MM:SS" or "HH:MM:SS". */
export const clockText = z.string().regex(/^(\d{2,}:)?[0-5]\d:[0-5]\d$/);

/** A flag in a query string. */
export const queryFlag = z.enum(['true', 'false', '1', '0']).transform((text) => text === 'true' || text === '1');

/** A number of rows in a query string. */
export function queryLimit(byDefault: number, max: number) {
  return z
    .string()
    .regex(/^\d{1,6}$/, 'must be a whole number')
    .default(String(byDefault))
    .transform(Number)
    .refine((value) => value >= 1 && value <= max, `must be between 1 and ${max}`);
}

const gatewayId = plainText(80).describe('Id or plant name of the gateway. See "Which gateway".');

/** What every GET about a gateway takes. */
export const gatewayQuery = z.object({ gateway_id: gatewayId.optional() });
/** What every POST about a gateway takes beside its own fields. */
export const gatewayBody = { gateway_id: gatewayId.optional() };
export const jobIdInput = plainText(40);
export const cursorInput = plainText(200).describe('`next_cursor` of the page before.');
