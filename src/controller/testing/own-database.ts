/** A database of this test file alone: whole controllers act on every row that they find. For tests. */
import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { closeDb } from '#/server/db/client';
import type { LiveHub } from '#/server/live/hub';

const MIGRATIONS = join(import.meta.dirname, '../../../prisma/migrations');

export type OwnDatabase = {
  url: string;
  /** Every use-case of this file now talks to the database through this address (a proxy that can be cut). */
  use(url: string): void;
  drop(): Promise<void>;
};

/** Creates it, with the real migrations, and points this worker's environment at it. */
export async function makeOwnDatabase(): Promise<OwnDatabase> {
  const server = process.env.DATABASE_URL ?? '';
  const name = `fairlead_own_${randomUUID().replaceAll('-', '')}`;
  const url = new URL(server);
  url.pathname = `/${name}`;
  await run(server, `CREATE DATABASE ${name}`);
  const folders = (await readdir(MIGRATIONS, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  for (const folder of folders.sort()) await run(url.href, await readFile(join(MIGRATIONS, folder, 'migration.sql'), 'utf8'));
  const use = (address: string) => {
    process.env.DATABASE_URL = address;
    delete (globalThis as { fairleadEnv?: unknown }).fairleadEnv;
  };
  use(url.href);
  return {
    url: url.href,
    use,
    async drop() {
      const hub = globalThis as { fairleadLiveHub?: LiveHub };
      await hub.fairleadLiveHub?.close();
      delete hub.fairleadLiveHub;
      await closeDb();
      await run(server, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

async function run(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}
