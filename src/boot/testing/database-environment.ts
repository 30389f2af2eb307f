/** Runs before every file of the db project, before it imports anything: its database, and the environment that getEnv() parses. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, inject } from 'vitest';
import { copyDatabase } from './own-database';

const database = await copyDatabase(inject('templateUrl'));
process.env.DATABASE_URL = database.url;
process.env.DATABASE_POOL = '6';
process.env.FAIRLEAD_SECRET = 'a secret that only the tests know, long enough';
process.env.FAIRLEAD_HOME ??= join(tmpdir(), `fairlead-test-home-${process.pid}`);
process.env.PUBLIC_URL ??= 'http://localhost:3000';
process.env.LOG_LEVEL ??= 'silent';

afterAll(async () => {
  const { closeDb } = await import('#/server/db/client');
  const { getLiveHub } = await import('#/server/live/hub');
  const hub = globalThis as { fairleadLiveHub?: ReturnType<typeof getLiveHub> };
  await hub.fairleadLiveHub?.close();
  delete hub.fairleadLiveHub;
  await closeDb();
  await database.drop();
});
