/** Prisma and a plain pool (LISTEN/NOTIFY, set-based writes) on one PostgreSQL; one of each per process. */
import { PrismaPg } from '@prisma/adapter-pg';
import { type ClientBase, Pool } from 'pg';
import { getEnv } from '../config/env';
import { logger } from '../config/logger';
import { Prisma, PrismaClient } from './generated/client';

export { Prisma };
export type Db = PrismaClient;
/** What a use-case gets inside a transaction. */
export type Tx = Prisma.TransactionClient;

/** How long a statement may run at the server, and how long its answer is waited for here, when the server is gone without a word. */
export type QueryLimits = { statementMs: number; answerMs: number };

const globalForDb = globalThis as { fairleadDb?: { db: PrismaClient; pool: Pool }; fairleadQueryLimits?: QueryLimits };

/**
 * Bounds every statement of this process from its next connection on. For programs that answer people: seeds, migrations
 * and a controller's batches may take as long as they need.
 */
export function limitQueries(limits: QueryLimits): void {
  globalForDb.fairleadQueryLimits = limits;
}

function open(): { db: PrismaClient; pool: Pool } {
  const { DATABASE_URL, DATABASE_POOL } = getEnv();
  const limits = globalForDb.fairleadQueryLimits;
  const pool = new Pool({
    connectionString: DATABASE_URL,
    max: DATABASE_POOL,
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
    application_name: 'fairlead',
    ...(limits && {
      query_timeout: limits.answerMs,
      // Not as a parameter of the connection: PgBouncer refuses those.
      onConnect: async (client: ClientBase) => {
        await client.query(`SET statement_timeout = ${Math.round(limits.statementMs)}`);
      },
    }),
  });
  // An idle connection that the server closed is replaced at the next query; without a listener it would end the process.
  pool.on('error', (error) => logger.warn({ reason: error.message }, 'database: an idle connection was lost'));
  const db = new PrismaClient({
    adapter: new PrismaPg(pool, { disposeExternalPool: false }),
    transactionOptions: { maxWait: 10_000, timeout: 15_000 },
  });
  return { db, pool };
}

/** The typed client. */
export function getDb(): PrismaClient {
  globalForDb.fairleadDb ??= open();
  return globalForDb.fairleadDb.db;
}

/** The pool below it, for statements that Prisma has no form for. */
export function getPool(): Pool {
  globalForDb.fairleadDb ??= open();
  return globalForDb.fairleadDb.pool;
}

/** Ends all connections of this process. */
export async function closeDb(): Promise<void> {
  const open = globalForDb.fairleadDb;
  delete globalForDb.fairleadDb;
  await open?.db.$disconnect();
  await open?.pool.end();
}
