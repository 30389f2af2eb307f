/**
 * Applies prisma/migrations. Written by hand because Prisma's CLI downloads a binary and its WebAssembly engine cuts scripts
 * at every semicolon, PL/pgSQL bodies too. The table `_prisma_migrations` is kept as the official CLI keeps it.
 */
import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';

/** Any number, as long as it is always the same. */
const LOCK = 7_391_552;

const TABLE = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ, migration_name VARCHAR(255) NOT NULL,
  logs TEXT, rolled_back_at TIMESTAMPTZ, started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0)`;

type Migration = { name: string; sql: string; checksum: string };

/**
 * Applies what the database does not have yet, each migration in a transaction of its own; several programs may call it at
 * once (advisory lock). Returns the names of those applied. Throws when one fails or when an applied file was changed since.
 */
export async function migrate(connectionString: string, folder: string): Promise<string[]> {
  const migrations = await readMigrations(folder);
  const client = new Client({ connectionString, application_name: 'fairlead-migrate' });
  await client.connect().catch((error: Error) => {
    // Never with the password that the URL holds.
    const { host, pathname } = new URL(connectionString);
    throw new Error(
      `The database ${pathname.slice(1)} at ${host} cannot be reached: ${error.message || (error as { code?: string }).code}. Start it, or correct DATABASE_URL.`,
    );
  });
  try {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
    await client.query(TABLE);
    const { rows } = await client.query<{ name: string; checksum: string }>(
      'SELECT migration_name AS name, checksum FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
    );
    const applied = new Map(rows.map((row) => [row.name, row.checksum]));
    const missing = migrations.filter(({ name, checksum }) => {
      const before = applied.get(name);
      if (before !== undefined && before !== checksum)
        throw new Error(`The migration ${name} was changed after it had been applied. Restore the file.`);
      return before === undefined;
    });
    for (const migration of missing) await apply(client, migration);
    return missing.map(({ name }) => name);
  } finally {
    await client.end();
  }
}

/** Every migration of the folder, oldest first. */
export async function readMigrations(folder: string): Promise<Migration[]> {
  const base = join(folder, 'migrations');
  const entries = await readdir(base, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const sql = await readFile(join(base, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

async function apply(client: Client, { name, sql, checksum }: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(sql);
    await client.query(
      'INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, started_at, applied_steps_count) VALUES ($1, $2, clock_timestamp(), $3, now(), 1)',
      [randomUUID(), checksum, name],
    );
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw new Error(`The migration ${name} failed, the database is as it was before it: ${(error as Error).message}`);
  }
}
