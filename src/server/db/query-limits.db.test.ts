import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { closeDb, getDb, getPool, limitQueries, type QueryLimits } from './client';
import { isDatabaseGone } from './database-gone';

const holder = globalThis as { fairleadQueryLimits?: QueryLimits };

afterEach(async () => {
  delete holder.fairleadQueryLimits;
  await closeDb();
});
afterAll(closeDb);

async function limited(limits: QueryLimits): Promise<void> {
  await closeDb();
  limitQueries(limits);
}
const failure = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => error,
  );

describe('limits of statements', () => {
  it('the server ends what takes too long, in a pool, in Prisma and in a transaction, and the connection stays good', async () => {
    await limited({ statementMs: 1000, answerMs: 60_000 });
    for (const slow of [
      () => getPool().query('SELECT pg_sleep(20)'),
      () => getDb().$queryRaw`SELECT pg_sleep(20)::text`,
      () => getDb().$transaction((tx) => tx.$queryRaw`SELECT pg_sleep(20)::text`),
    ]) {
      const error = await failure(slow());
      expect(String((error as Error)?.message)).toMatch(/statement timeout/);
      expect(isDatabaseGone(error)).toBe(true);
    }
    expect(await getDb().$queryRaw`SELECT 1 AS one`).toEqual([{ one: 1 }]);
  });

  it('a server that never answers is given up on, and later questions get another connection', async () => {
    await limited({ statementMs: 60_000, answerMs: 2000 });
    const error = await failure(getPool().query('SELECT pg_sleep(30)'));
    expect(isDatabaseGone(error)).toBe(true);
    expect((await getPool().query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  it('without limits a long statement runs to its end', async () => {
    await closeDb();
    const { rows } = await getPool().query('SELECT current_setting($1) AS setting', ['statement_timeout']);
    expect(rows).toEqual([{ setting: '0' }]);
    expect(await failure(getPool().query('SELECT pg_sleep(0.4)'))).toBeNull();
  });
});
