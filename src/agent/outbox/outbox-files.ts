/** The outbox folder: which epoch is current and what its segments hold. `epoch` names it; `<epoch>.<first n>.log` are its files. */
import { join } from 'node:path';
import type { DurableEvent } from '#/protocol/mqtt/events';
import { readWholeFile, writeFileAtomic } from '../storage/atomic-file';
import type { Storage } from '../storage/storage';
import { decodeSegment } from './segment';

export type Segment = { path: string; firstN: number; lengthBytes: number };
export type LoadedOutbox = {
  epoch: string;
  /** Oldest first, never empty; appends go to the last one. */
  segments: Segment[];
  /** Not yet confirmed, oldest first. */
  events: DurableEvent[];
  nextN: number;
  confirmed: number;
};

/** What a hello says again, and newer. */
const SAID_AGAIN: ReadonlySet<string> = new Set(['hello', 'slots', 'release_keys']);

const EPOCH = /^[0-9a-z-]{1,64}$/;

export function segmentPath(folder: string, epoch: string, firstN: number): string {
  return join(folder, `${epoch}.${String(firstN).padStart(12, '0')}.log`);
}

/** Makes an empty segment, name and all durable. */
export async function createSegment(storage: Storage, folder: string, epoch: string, firstN: number): Promise<Segment> {
  const path = segmentPath(folder, epoch, firstN);
  const file = await storage.open(path, 'create');
  try {
    await file.truncate(0);
    await file.sync();
  } finally {
    await file.close();
  }
  await storage.syncFolder(folder);
  return { path, firstN, lengthBytes: 0 };
}

/**
 * Reads the folder, cuts a torn tail off and makes what it found durable before anyone acts on it.
 * When the epoch is damaged `loaded` is null and `salvaged` holds what could still be read and is worth saying again:
 * not what was confirmed, and not what only told of its own moment.
 */
export async function loadOutbox(storage: Storage, folder: string): Promise<{ loaded: LoadedOutbox | null; salvaged: DurableEvent[] }> {
  await storage.makeFolder(folder);
  await storage.syncFolder(folder);
  const name = await readWholeFile(storage, join(folder, 'epoch'));
  const epoch = name === null ? '' : new TextDecoder().decode(name);
  if (!EPOCH.test(epoch)) return { loaded: null, salvaged: [] };
  const names = (await storage.list(folder)).filter((file) => file.startsWith(`${epoch}.`) && file.endsWith('.log'));
  const events: DurableEvent[] = [];
  const segments: Segment[] = [];
  let confirmed = 0;
  let nextN = 0;
  for (const [index, file] of names.entries()) {
    const firstN = Number(file.slice(epoch.length + 1, -4));
    const path = join(folder, file);
    const bytes = (await readWholeFile(storage, path)) ?? new Uint8Array();
    const content = decodeSegment(bytes, epoch, firstN);
    events.push(...content.events);
    confirmed = Math.max(confirmed, content.confirmed);
    const torn = content.validBytes < bytes.length;
    const last = index === names.length - 1;
    if (content.damaged || (index > 0 && firstN !== nextN) || (torn && !last)) {
      return { loaded: null, salvaged: events.filter(({ n, body }) => n > confirmed && !SAID_AGAIN.has(body.type)) };
    }
    if (last) await settleTail(storage, path, torn ? content.validBytes : null);
    segments.push({ path, firstN, lengthBytes: content.validBytes });
    nextN = firstN + content.events.length;
  }
  if (segments.length === 0) return { loaded: null, salvaged: [] };
  return { loaded: { epoch, segments, events: events.filter((event) => event.n > confirmed), nextN, confirmed }, salvaged: [] };
}

/** Begins an epoch. Its first segment exists before its name is written: a named epoch without one has lost its numbers. */
export async function beginEpoch(storage: Storage, folder: string, epoch: string): Promise<LoadedOutbox> {
  const first = await createSegment(storage, folder, epoch, 1);
  await writeFileAtomic(storage, join(folder, 'epoch'), new TextEncoder().encode(epoch));
  return { epoch, segments: [first], events: [], nextN: 1, confirmed: 0 };
}

/** Removes what other epochs left. */
export async function removeOtherEpochs(storage: Storage, folder: string, epoch: string): Promise<void> {
  for (const file of await storage.list(folder)) {
    if (file.endsWith('.log') && !file.startsWith(`${epoch}.`)) await storage.remove(join(folder, file));
  }
}

async function settleTail(storage: Storage, path: string, validBytes: number | null): Promise<void> {
  const file = await storage.open(path, 'modify');
  try {
    if (validBytes !== null) await file.truncate(validBytes);
    await file.sync();
  } finally {
    await file.close();
  }
}
