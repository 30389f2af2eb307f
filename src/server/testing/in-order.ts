import { getDb } from '../db/client';
import { until } from './until';

/** Both are under way before either can go on: they queue for the gateway's row, and get it in this order. */
export async function inOrder(gatewayId: string, first: () => Promise<unknown>, second: () => Promise<unknown>) {
  const begun = await getDb().$transaction(
    async (tx) => {
      const [me] = await tx.$queryRaw<{ pid: number }[]>`
        SELECT pg_backend_pid() AS pid FROM "Gateway" WHERE id = ${gatewayId}::uuid FOR UPDATE`;
      const queues = async (length: bigint) => {
        const [behind] = await getDb().$queryRaw<{ n: bigint }[]>`
          WITH RECURSIVE behind AS (
            SELECT ${me?.pid}::int AS pid
            UNION SELECT other.pid FROM pg_stat_activity other JOIN behind ON behind.pid = ANY(pg_blocking_pids(other.pid)))
          SELECT count(*) - 1 AS n FROM behind`;
        return behind?.n === length;
      };
      const both = [first()];
      await until(() => queues(1n));
      both.push(second());
      await until(() => queues(2n));
      return both;
    },
    { timeout: 200_000 },
  );
  return Promise.allSettled(begun);
}
