/**
 * Vitest's global set-up of the db project: one real PostgreSQL for the run (TEST_DATABASE_URL: one of your own), with a
 * migrated database from which every file of tests gets a copy.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startEmbeddedDatabase } from '../database/embedded-database';
import { migrate } from '../database/migrate';
import { at, runOn } from './own-database';

declare module 'vitest' {
  interface ProvidedContext {
    /** Of the migrated database. */
    templateUrl: string;
  }
}

const PRISMA_FOLDER = join(import.meta.dirname, '../../../prisma');
/** Tests are not about surviving a power cut. */
const FAST = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'];

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const own = process.env.TEST_DATABASE_URL;
  const { url, stop } = own ? await createOn(own) : await startOwn();
  await migrate(url, PRISMA_FOLDER);
  project.provide('templateUrl', url);
  return stop;
}

async function startOwn(): Promise<{ url: string; stop: () => Promise<void> }> {
  const home = await mkdtemp(join(tmpdir(), 'fairlead-test-'));
  const database = await startEmbeddedDatabase({ home, flags: FAST });
  return {
    url: database.url,
    stop: async () => {
      await database.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

async function createOn(server: string): Promise<{ url: string; stop: () => Promise<void> }> {
  const name = `fairlead_test_${randomUUID().replaceAll('-', '')}`;
  await runOn(server, `CREATE DATABASE ${name}`);
  return { url: at(server, name), stop: () => runOn(server, `DROP DATABASE ${name} WITH (FORCE)`) };
}
