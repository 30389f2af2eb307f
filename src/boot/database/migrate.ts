import { Client } from 'pg';
import { NO_FILTER, openSchemaEngine, readMigrations } from './schema-engine';

/** Any number, as long as it is always the same. */
const LOCK = 7_391_552;

/**
 * Applies the migrations that the database does not have yet; several programs may call it at once (advisory lock).
 * Returns the names of those applied. Rejects with the engine's message when one fails; the database then stays as it was before it.
 */
export async function migrate(connectionString: string, folder: string): Promise<string[]> {
  const client = new Client({ connectionString, application_name: 'fairlead-migrate' });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
    const list = await readMigrations(folder);
    if (
      await isCurrent(
        client,
        list.migrationDirectories.map(({ path }) => path),
      )
    )
      return [];
    const engine = await openSchemaEngine(connectionString, folder);
    const { appliedMigrationNames } = await engine.applyMigrations({ migrationsList: list, filters: NO_FILTER });
    return appliedMigrationNames;
  } finally {
    await client.end();
  }
}

/** Loading the engine costs half a second; a start that has nothing to do should not pay it. */
async function isCurrent(client: Client, wanted: readonly string[]): Promise<boolean> {
  const { rows: tables } = await client.query<{ found: boolean }>(`SELECT to_regclass('_prisma_migrations') IS NOT NULL AS found`);
  if (!tables[0]?.found) return false;
  const { rows } = await client.query<{ name: string }>(
    'SELECT migration_name AS name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
  );
  const applied = new Set(rows.map((row) => row.name));
  return wanted.every((name) => applied.has(name));
}
