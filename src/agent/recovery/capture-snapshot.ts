/** Makes a snapshot from the running slot and the gateway's folders, and tells beforehand how large it may become. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { SnapshotOrder, SnapshotPart } from '#/protocol/mqtt/recovery';
import type { Journal } from '../journal/journal';
import type { SlotPort } from '../slots/slot-port';
import type { Storage, StorageFile } from '../storage/storage';
import { type ArchiveEntry, chunksOf, writeArchive } from './archive';
import type { FolderPart, GatewayFolders } from './gateway-folders';
import { leadsInside } from './inner-links';
import type { SnapshotRecord, SnapshotStore } from './snapshot-store';
import { MARK_FILE } from './swap-folders';

export type CaptureDeps = {
  storage: Storage;
  slots: SlotPort;
  journal: Journal;
  recovery: { folders: GatewayFolders; snapshots: SnapshotStore };
};

type Source = { name: string; path: string; sizeBytes: number };

/** Bytes of what it is to hold, uncompressed: no snapshot is larger but for its headers. */
export async function measureContents(deps: CaptureDeps, contents: readonly SnapshotPart[]): Promise<number> {
  const files = await filesOf(deps, contents);
  return sum(files) + (contents.includes('image') ? await imageBytesOf(deps) : 0);
}

/** Resolves when it is durable and listed. Called again for one that is there it changes nothing. */
export async function captureSnapshot(
  deps: CaptureDeps,
  order: SnapshotOrder,
  signal: AbortSignal,
  onBytes: (done: number) => void,
): Promise<SnapshotRecord> {
  const { snapshots } = deps.recovery;
  const known = snapshots.find(order.snapshotId);
  if (known !== null) return known;
  const { slots, journal, storage } = deps;
  const { contents, compression } = order;
  let done = 0;
  const count = (bytes: number) => {
    done += bytes;
    onBytes(done);
  };
  return snapshots.add(order, async (path) => {
    const files = await filesOf(deps, contents);
    const bare = await bareOf(deps, contents);
    const imageBytes = contents.includes('image') ? await imageBytesOf(deps) : 0;
    const image = createHash('sha256');
    const version = (await slots.booted()).version;
    const open: StorageFile[] = [];
    async function* entries(): AsyncGenerator<ArchiveEntry> {
      if (imageBytes > 0) {
        const slot = await slots.openForRead(slots.activeSlot);
        open.push(slot);
        yield {
          name: 'image',
          sizeBytes: imageBytes,
          async *content() {
            for await (const chunk of chunksOf(slot, imageBytes, count)) {
              image.update(chunk);
              yield chunk;
            }
          },
        };
      }
      for (const { name, path, target } of bare) {
        // Of a link they would be those of what it leads to.
        const attributes = target === null ? await storage.attributesOf(path) : null;
        yield { name, target, attributes };
      }
      for (const file of files) {
        const opened = await storage.open(file.path, 'read');
        open.push(opened);
        const attributes = await storage.attributesOf(file.path);
        yield { name: file.name, sizeBytes: file.sizeBytes, attributes, content: () => chunksOf(opened, file.sizeBytes, count) };
        open.splice(open.indexOf(opened), 1);
        await opened.close();
      }
    }
    try {
      const written = await writeArchive(storage, path, compression, entries(), signal);
      const sha256 = imageBytes > 0 ? image.digest('hex') : null;
      // A running slot that is no longer what was written to it is kept as it is, but must not be started from here.
      const recorded = journal.read().slots[slots.activeSlot]?.sha256 ?? null;
      return {
        ...written,
        version,
        slot: sha256 === null ? null : slots.activeSlot,
        bootable: sha256 !== null && (recorded === null || recorded === sha256),
        image: sha256 === null ? null : { sha256, sizeBytes: imageBytes },
        filesBytes: sum(files),
      };
    } finally {
      await Promise.all(open.map((file) => file.close()));
    }
  });
}

async function filesOf({ storage, recovery }: CaptureDeps, contents: readonly SnapshotPart[]): Promise<Source[]> {
  const parts = contents.filter((part): part is FolderPart => part !== 'image');
  const lists = await Promise.all(
    parts.map(async (part): Promise<Source[]> => {
      const folder = recovery.folders[part];
      const names = (await storage.listTree(folder)).filter((name) => name !== MARK_FILE);
      const sized = await Promise.all(names.map(async (name) => ({ name, sizeBytes: await storage.sizeOf(join(folder, name)) })));
      // One that has gone since is not part of it.
      return sized.flatMap(({ name, sizeBytes }) =>
        sizeBytes === null ? [] : [{ name: `${part}/${name}`, path: join(folder, name), sizeBytes }],
      );
    }),
  );
  return lists.flat();
}

/** Links that lead into their own part, and folders with nothing in them. A link is never followed. */
async function bareOf({ storage, recovery }: CaptureDeps, contents: readonly SnapshotPart[]) {
  const parts = contents.filter((part): part is FolderPart => part !== 'image');
  const lists = parts.map(async (part) => {
    const folder = recovery.folders[part];
    const found = (await storage.listSpecial(folder)).filter(({ name, target }) => target === null || leadsInside(folder, name, target));
    return found.map(({ name, target }) => ({ name: `${part}/${name}`, path: join(folder, name), target }));
  });
  return (await Promise.all(lists)).flat();
}

async function imageBytesOf({ slots, journal }: CaptureDeps): Promise<number> {
  const { activeSlot } = slots;
  const known = journal.read().slots[activeSlot]?.usedBytes ?? 0;
  if (known > 0) return known;
  return (await slots.imageBytes(activeSlot)) ?? slots.capacityBytes(activeSlot);
}

function sum(files: readonly Source[]): number {
  return files.reduce((total, file) => total + file.sizeBytes, 0);
}
