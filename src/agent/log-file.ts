/** The agent's log on the gateway itself, for whoever stands in front of it and for debug bundles: two files, the newer one first. */
import { dirname } from 'node:path';
import type { LogLevel, Print } from './agent-log';
import type { Clock } from './ports';
import type { Storage } from './storage/storage';

const DEFAULT_CAP_BYTES = 1_048_576;

/** Prints as `print` does, and appends to the file. A log that cannot be written stops nothing. */
export function createLogFile(
  storage: Storage,
  path: string,
  clock: Pick<Clock, 'nowMs'>,
  print: Print,
  capBytes = DEFAULT_CAP_BYTES,
): Print {
  let waiting: string[] = [];
  let busy = false;

  async function flush(): Promise<void> {
    await storage.makeFolder(dirname(path));
    while (waiting.length > 0) {
      const bytes = new TextEncoder().encode(waiting.join(''));
      waiting = [];
      const sizeBytes = (await storage.sizeOf(path)) ?? 0;
      const full = sizeBytes > capBytes;
      if (full) await storage.rename(path, `${path}.1`);
      const file = await storage.open(path, 'create');
      try {
        await file.write(bytes, full ? 0 : sizeBytes);
      } finally {
        await file.close();
      }
    }
  }

  return (level: LogLevel, text: string) => {
    print(level, text);
    if (level === 'debug') return;
    waiting.push(`${new Date(clock.nowMs()).toISOString()} ${level} ${text.replaceAll(/\s*\n\s*/g, ' ')}\n`);
    if (busy) return;
    busy = true;
    void flush()
      .catch(() => {
        waiting = [];
      })
      .finally(() => {
        busy = false;
      });
  };
}
