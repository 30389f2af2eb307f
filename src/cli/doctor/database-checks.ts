/** The database: reachable, new enough, migrated, and with the same time as this machine. */
import { readdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Client } from 'pg';
import { reasonOf } from '../connect';
import { type Check, ok, problem, warning } from './check';

/** Debian 11's; older ones are out of support. */
const NEEDED_VERSION = 13;
const CONNECT_WITHIN_MS = 5000;
const CLOCK_LIMIT_MS = 2000;

export async function checkDatabase(url: string | undefined, home: string): Promise<Check[]> {
  if (!url) return [problem('database', 'none is known', `Set DATABASE_URL, or start Fairlead, which brings one (looked in ${home}).`)];
  const client = new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_WITHIN_MS });
  // A connection that the server ends later must not end this process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return [await checkVersion(client), await checkMigrations(client), await checkClock(client)];
  } catch (error) {
    return [
      problem(
        'database',
        `it does not answer: ${reasonOf(error)}`,
        'Check DATABASE_URL, that PostgreSQL runs, and that it lets this machine in.',
      ),
    ];
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function checkVersion(client: Client): Promise<Check> {
  const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
  const version = rows[0]?.server_version ?? 'unknown';
  if (Number.parseInt(version, 10) >= NEEDED_VERSION) return ok('database', `PostgreSQL ${version} answers`);
  return problem('database', `PostgreSQL ${version} is too old`, `Use PostgreSQL ${NEEDED_VERSION} or later.`);
}

async function checkMigrations(client: Client): Promise<Check> {
  const folder = migrationsFolder();
  if (folder === null) return warning('migrations', 'the folder prisma/migrations is not here', 'Run the command from the installation.');
  const entries = await readdir(folder, { withFileTypes: true });
  const wanted = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const { rows } = await client.query<{ found: boolean }>(`SELECT to_regclass('_prisma_migrations') IS NOT NULL AS found`);
  const applied = rows[0]?.found
    ? (
        await client.query<{ name: string }>(
          'SELECT migration_name AS name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
        )
      ).rows.map((row) => row.name)
    : [];
  const missing = wanted.filter((name) => !applied.includes(name));
  const unknown = applied.filter((name) => !wanted.includes(name));
  if (missing.length > 0)
    return problem('migrations', `${missing.length} of ${wanted.length} are missing`, 'Start Fairlead: it applies them.');
  if (unknown.length > 0) return warning('migrations', `the database knows ${unknown.length} that are newer`, 'Update this installation.');
  return ok('migrations', `all ${wanted.length} are applied`);
}

async function checkClock(client: Client): Promise<Check> {
  const beforeMs = Date.now();
  const { rows } = await client.query<{ ms: number }>('SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS ms');
  const offMs = Math.round((rows[0]?.ms ?? 0) - (beforeMs + Date.now()) / 2);
  const text = `${Math.abs(offMs)} ms ${offMs < 0 ? 'ahead of' : 'behind'} the database`;
  if (Math.abs(offMs) <= CLOCK_LIMIT_MS) return ok('clock', text);
  return problem('clock', text, 'Keep both machines in time with NTP: commands and windows depend on it.');
}

/** Above src/cli as well as above dist. */
function migrationsFolder(): string | null {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const found = join(folder, 'prisma', 'migrations');
    if (existsSync(found)) return found;
  }
  return null;
}
