/** Tells "the database cannot be reached" from a mistake in a query. */

/** Prisma: cannot reach, timed out, closed, no free connection, no transaction in time, write conflict. */
const PRISMA = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028', 'P2034']);
const SOCKET = new Set(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN']);
/** Class 08 is connection trouble, 57P0x a shutdown, 57014 a statement that took too long, 53300 too many connections, 40xxx a conflict to try again. */
const SQLSTATE = /^(08\w{3}|57P0[123]|57014|53300|40001|40P01)$/;
const MESSAGE =
  /timeout exceeded when trying to connect|Query read timeout|Connection terminated|Can't reach database|DatabaseNotReachable|ConnectionClosed|SocketTimeout/;

/** True when trying again later can help. Looks through causes. */
export function isDatabaseGone(error: unknown, depth = 0): boolean {
  if (typeof error !== 'object' || error === null || depth > 5) return false;
  const { code, message, kind, cause, meta, errors } = error as Record<string, unknown>;
  if (typeof code === 'string' && (PRISMA.has(code) || SOCKET.has(code) || SQLSTATE.test(code))) return true;
  if ([message, kind].some((text) => typeof text === 'string' && MESSAGE.test(text))) return true;
  const inner = [cause, (meta as Record<string, unknown> | undefined)?.driverAdapterError, ...(Array.isArray(errors) ? errors : [])];
  return inner.some((one) => isDatabaseGone(one, depth + 1));
}
