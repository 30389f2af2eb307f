/** The agent's memory across kills and power cuts: every change is one atomic replacement of the whole document. */

import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { readWholeFile, writeFileAtomic } from '../storage/atomic-file';
import type { Storage } from '../storage/storage';
import { type CommandLog, createCommandLog } from './command-log';
import { EMPTY_JOURNAL, type JournalState, journalSchema } from './journal-schema';

export type Journal = {
  /** The state as it is on disk. Never changed in place. */
  read(): JournalState;
  /** One durable step: `change` gets a copy to edit and may refuse by throwing. Steps run one after another. */
  update(change: (draft: JournalState) => void): Promise<JournalState>;
  readonly commandLog: CommandLog;
  /** Why the journal that was found could not be used and was set aside, or null. The engine reports it. */
  readonly corruption: string | null;
};

const envelopeSchema = z.object({ crc32: z.number().int(), body: z.string() });

/** Opens the journal in `path`. What cannot be read is kept beside it as `<path>.corrupt` and an empty one begins. */
export async function openJournal(storage: Storage, path: string): Promise<Journal> {
  await storage.makeFolder(dirname(path));
  // After a kill the newest rename may still be in memory only; nothing may be done on its strength before it is durable.
  await storage.syncFolder(dirname(path));
  const bytes = await readWholeFile(storage, path);
  let state = EMPTY_JOURNAL;
  let corruption: string | null = null;
  if (bytes !== null) {
    const found = decodeJournal(bytes);
    if (typeof found === 'string') {
      corruption = found;
      await storage.rename(path, `${path}.corrupt`);
      await storage.syncFolder(dirname(path));
    } else state = found;
  }
  let queue: Promise<unknown> = Promise.resolve();

  function update(change: (draft: JournalState) => void): Promise<JournalState> {
    const step = queue.then(async () => {
      const draft = structuredClone(state);
      change(draft);
      const next = journalSchema.parse(draft);
      await writeFileAtomic(storage, path, encodeJournal(next));
      state = next;
      return next;
    });
    // A step that failed (disk full) must not block the ones after it.
    queue = step.catch(() => {});
    return step;
  }

  const read = () => state;
  return { read, update, commandLog: createCommandLog(read, update), corruption };
}

export function encodeJournal(state: JournalState): Uint8Array {
  const body = JSON.stringify(state);
  return new TextEncoder().encode(JSON.stringify({ crc32: crc32(body), body }));
}

/** The state, or a sentence about why the bytes hold none. */
export function decodeJournal(bytes: Uint8Array): JournalState | string {
  try {
    const envelope = envelopeSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
    if (crc32(envelope.body) !== envelope.crc32) return 'the journal does not match its check sum';
    return journalSchema.parse(JSON.parse(envelope.body));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : 'unreadable';
    return `the journal cannot be read: ${reason}`.slice(0, 400);
  }
}
