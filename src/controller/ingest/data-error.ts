import { Prisma } from '#/server/db/client';

/** SQLSTATE classes that say "this data is not acceptable": the same statement would fail for ever. */
const DATA_CLASSES = ['22', '23'];
/** Prisma's own codes for the same: too long, constraint, invalid value, out of range, inconsistent. */
const DATA_CODES = new Set(['P2000', 'P2002', 'P2003', 'P2004', 'P2005', 'P2006', 'P2007', 'P2011', 'P2020', 'P2023', 'P2025', 'P2033']);

/** Whether a failure is the data's fault, so that trying again is pointless; false for a database that is away or busy. */
export function isDataError(error: unknown): boolean {
  if (error instanceof Prisma.PrismaClientValidationError) return true;
  const { code, cause, meta } = error as { code?: unknown; cause?: unknown; meta?: { driverAdapterError?: { cause?: unknown } } };
  if (typeof code === 'string' && (DATA_CODES.has(code) || (/^[0-9A-Z]{5}$/.test(code) && DATA_CLASSES.includes(code.slice(0, 2)))))
    return true;
  // Below Prisma: the driver adapter keeps PostgreSQL's code.
  const below = [cause, meta?.driverAdapterError?.cause] as ({ originalCode?: unknown } | undefined)[];
  return below.some((one) => typeof one?.originalCode === 'string' && DATA_CLASSES.includes(one.originalCode.slice(0, 2)));
}
