/** Watches the embedded database and starts it again when it was killed; the programs reconnect by themselves. */
import { setTimeout as wait } from 'node:timers/promises';
import { type EmbeddedDatabase, startEmbeddedDatabase } from '../database/embedded-database';

const LOOK_EVERY_MS = 1000;

/** `letGo`: from now on its end is meant. */
export type KeptDatabase = { url: string; letGo(): void; stop(): Promise<void> };

export async function keepDatabase(home: string, onDeath: (text: string) => void): Promise<KeptDatabase> {
  let database: EmbeddedDatabase = await startEmbeddedDatabase({ home });
  const { url, port } = database;
  const stopping = new AbortController();
  const watch = async () => {
    while (!stopping.signal.aborted) {
      await wait(LOOK_EVERY_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted || database.isRunning()) continue;
      onDeath('the embedded database has died and is started again');
      try {
        database = await startEmbeddedDatabase({ home, port });
      } catch (error) {
        onDeath((error as Error).message);
      }
    }
  };
  const watching = watch();
  return {
    url,
    letGo: () => stopping.abort(),
    async stop() {
      stopping.abort();
      await watching;
      await database.stop();
    },
  };
}
