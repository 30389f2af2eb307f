/** Work that one program at a time does, of all that run on this database. */
import { getPool } from './client';

/** Null when another is at it. The lock is of the connection: it goes with a program that is killed. */
export async function onlyOne<T>(name: string, task: () => Promise<T>): Promise<T | null> {
  const client = await getPool().connect();
  let broken: Error | undefined;
  try {
    const { rows } = await client.query<{ mine: boolean }>('SELECT pg_try_advisory_lock(hashtext($1)) AS mine', [name]);
    if (!rows[0]?.mine) return null;
    try {
      return await task();
    } finally {
      await client.query('SELECT pg_advisory_unlock(hashtext($1))', [name]).catch((error: Error) => {
        broken = error;
      });
    }
  } finally {
    // A connection that may still hold the lock is closed, not given back.
    client.release(broken);
  }
}
