/**
 * The snapshots of this gateway: `<id>.tar[.gz|.zst]` each, and beside it `<id>.json`, which makes it one. The JSON is written
 * after the archive is durable and removed before it, so what is listed is whole at every instant, whatever the journal says.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { type SnapshotOrder, type SnapshotReport, snapshotReportSchema } from '#/protocol/mqtt/recovery';
import { hashFile } from '../download/part-file';
import type { Clock } from '../ports';
import { readWholeFile, removeFileDurably, writeFileAtomic } from '../storage/atomic-file';
import type { Storage } from '../storage/storage';
import { ARCHIVE_SUFFIX, type Written } from './archive';

/** Contract: GET /recovery/status, max_snapshots. */
export const MAX_SNAPSHOTS = 10;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const snapshotRecordSchema = snapshotReportSchema.extend({
  /** The image in it as the running slot gave it; null when it holds none. */
  image: z.object({ sha256, sizeBytes: z.number().int().nonnegative() }).nullable(),
  /** Of its files, uncompressed: what putting them back takes on the disk. */
  filesBytes: z.number().int().nonnegative(),
});
export type SnapshotRecord = z.infer<typeof snapshotRecordSchema>;
/** What its maker knows of a snapshot; the store adds size, hash and order. */
export type SnapshotFacts = Pick<SnapshotRecord, 'version' | 'slot' | 'bootable' | 'image' | 'filesBytes'>;

export type SnapshotStore = {
  /** Oldest first. */
  list(): readonly SnapshotRecord[];
  find(id: string): SnapshotRecord | null;
  pathOf(record: SnapshotRecord): string;
  /** `make` writes and syncs a file of the given name; what fails leaves nothing behind. */
  add(order: SnapshotOrder, make: (path: string) => Promise<Written & SnapshotFacts>): Promise<SnapshotRecord>;
  /** Hashes the whole file. False: it is damaged, is listed as that from now on, and is never restored. */
  verify(id: string, signal: AbortSignal, onBytes?: (done: number) => void): Promise<boolean>;
  remove(ids: readonly string[]): Promise<number>;
  /** Removes what has expired, and the oldest automatic ones beyond the limit, but for those that are `kept`. */
  sweep(kept: ReadonlySet<string>): Promise<number>;
  /** Why no more may be made of this type, or null: ten that people made are theirs to remove. */
  refusal(type: SnapshotReport['type'], kept: ReadonlySet<string>): string | null;
  onChange(listener: () => Promise<void>): void;
};

export async function openSnapshotStore(storage: Storage, folder: string, clock: Pick<Clock, 'nowMs'>): Promise<SnapshotStore> {
  await storage.makeFolder(folder);
  // After a kill the newest names may still be in memory only.
  await storage.syncFolder(folder);
  const found: SnapshotRecord[] = [];
  const names = await storage.list(folder);
  for (const name of names.filter((one) => one.endsWith('.json'))) {
    const record = parseRecord(await readWholeFile(storage, join(folder, name)));
    if (record !== null && names.includes(fileOf(record))) found.push(record);
  }
  const known = new Set(found.flatMap((record) => [fileOf(record), `${record.id}.json`]));
  // Half-made, or half-removed: nobody was told of them.
  for (const name of names) if (!known.has(name)) await storage.remove(join(folder, name));
  return new DiskSnapshots(storage, folder, clock, found);
}

function fileOf({ id, compression }: { id: string; compression: SnapshotRecord['compression'] }): string {
  return `${id}${ARCHIVE_SUFFIX[compression]}`;
}

function parseRecord(bytes: Uint8Array | null): SnapshotRecord | null {
  try {
    return snapshotRecordSchema.parse(JSON.parse(new TextDecoder().decode(bytes ?? new Uint8Array())));
  } catch {
    return null;
  }
}

class DiskSnapshots implements SnapshotStore {
  #records: SnapshotRecord[];
  #listener: () => Promise<void> = async () => {};

  constructor(
    private readonly storage: Storage,
    private readonly folder: string,
    private readonly clock: Pick<Clock, 'nowMs'>,
    found: SnapshotRecord[],
  ) {
    this.#records = sorted(found);
  }

  list(): readonly SnapshotRecord[] {
    return this.#records;
  }

  find(id: string): SnapshotRecord | null {
    return this.#records.find((record) => record.id === id) ?? null;
  }

  pathOf(record: SnapshotRecord): string {
    return join(this.folder, fileOf(record));
  }

  async add(order: SnapshotOrder, make: (path: string) => Promise<Written & SnapshotFacts>): Promise<SnapshotRecord> {
    const { snapshotId: id, name, type, contents, compression, expiresAt } = order;
    const createdAt = new Date(this.clock.nowMs()).toISOString();
    const path = join(this.folder, fileOf({ id, compression }));
    const temporary = `${path}.tmp`;
    try {
      const facts = await make(temporary);
      const record = { id, name, type, contents, compression, createdAt, expiresAt, state: 'ready' as const, ...facts };
      await this.storage.rename(temporary, path);
      await this.storage.syncFolder(this.folder);
      await this.#write(record);
      return record;
    } catch (error) {
      await this.storage.remove(temporary);
      if (this.find(id) === null) await removeFileDurably(this.storage, path);
      throw error;
    }
  }

  async verify(id: string, signal: AbortSignal, onBytes?: (done: number) => void): Promise<boolean> {
    const record = this.find(id);
    if (record === null) return false;
    const file = await this.storage.open(this.pathOf(record), 'read');
    try {
      const whole = (await file.sizeBytes()) === record.sizeBytes;
      if (whole && (await hashFile(file, record.sizeBytes, signal, onBytes)) === record.sha256) return true;
    } finally {
      await file.close();
    }
    signal.throwIfAborted();
    await this.#write({ ...record, state: 'damaged', bootable: false });
    return false;
  }

  async remove(ids: readonly string[]): Promise<number> {
    const gone = this.#records.filter((record) => ids.includes(record.id));
    for (const record of gone) {
      await removeFileDurably(this.storage, join(this.folder, `${record.id}.json`));
      this.#records = this.#records.filter((one) => one !== record);
      await removeFileDurably(this.storage, this.pathOf(record));
    }
    if (gone.length > 0) await this.#listener();
    return gone.length;
  }

  sweep(kept: ReadonlySet<string>): Promise<number> {
    const nowMs = this.clock.nowMs();
    const expired = this.#records.filter((record) => Date.parse(record.expiresAt) <= nowMs && !kept.has(record.id));
    const left = this.#records.filter((record) => !expired.includes(record));
    const spare = left.filter((record) => record.type === 'automatic' && !kept.has(record.id));
    const beyond = spare.slice(0, Math.max(0, left.length - MAX_SNAPSHOTS));
    return this.remove([...expired, ...beyond].map((record) => record.id));
  }

  refusal(type: SnapshotReport['type'], kept: ReadonlySet<string>): string | null {
    const lasting = this.#records.filter((record) => record.type === 'manual' || kept.has(record.id)).length;
    if (lasting < MAX_SNAPSHOTS) return null;
    return `${MAX_SNAPSHOTS} snapshots are kept here already, and none of them may give way to an ${type} one: remove one first`;
  }

  onChange(listener: () => Promise<void>): void {
    this.#listener = listener;
  }

  async #write(record: SnapshotRecord): Promise<void> {
    const text = JSON.stringify(snapshotRecordSchema.parse(record));
    await writeFileAtomic(this.storage, join(this.folder, `${record.id}.json`), new TextEncoder().encode(text));
    this.#records = sorted([...this.#records.filter((one) => one.id !== record.id), record]);
    await this.#listener();
  }
}

function sorted(records: SnapshotRecord[]): SnapshotRecord[] {
  return records.sort((a, b) => a.createdAt.localeCompare(b.createdAt) || a.id.localeCompare(b.id));
}
