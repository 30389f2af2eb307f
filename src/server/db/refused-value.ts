/** Tells "the database cannot take this value" (NUL in a text, a number or a time out of range) from a fault of ours. */

/** Prisma: too long, invalid value, out of range. */
const PRISMA = new Set(['P2000', 'P2006', 'P2007', 'P2020', 'P2033']);
/** Data exceptions: the same value would be refused for ever. */
const SQLSTATE = /^22\w{3}$/;

/** True when what the caller sent is at fault. Looks through causes. */
export function isRefusedValue(error: unknown, depth = 0): boolean {
  if (typeof error !== 'object' || error === null || depth > 5) return false;
  const { code, originalCode, cause, meta } = error as Record<string, unknown>;
  if (typeof code === 'string' && (PRISMA.has(code) || SQLSTATE.test(code))) return true;
  if (typeof originalCode === 'string' && SQLSTATE.test(originalCode)) return true;
  return [cause, (meta as Record<string, unknown> | undefined)?.driverAdapterError].some((one) => isRefusedValue(one, depth + 1));
}
