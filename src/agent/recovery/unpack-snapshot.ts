/** Takes a snapshot apart again: its image into a slot, its files into the folders that wait to replace those in place. */
import { dirname, join } from 'node:path';
import type { StatePart } from '#/protocol/mqtt/recovery';
import type { Storage, StorageFile } from '../storage/storage';
import { readArchive } from './archive';
import type { GatewayFolders } from './gateway-folders';
import { leadsInside } from './inner-links';
import type { SnapshotRecord, SnapshotStore } from './snapshot-store';
import { beginSwap } from './swap-folders';

export type UnpackDeps = { storage: Storage; recovery: { folders: GatewayFolders; snapshots: SnapshotStore } };

/**
 * Everything is synced when it resolves, and nothing is in place yet. Parts that the snapshot does not hold stay as they are.
 * `slot`: where its image goes; null leaves it where it is.
 */
export async function unpackSnapshot(
  deps: UnpackDeps,
  record: SnapshotRecord,
  parts: readonly StatePart[],
  slot: StorageFile | null,
  signal: AbortSignal,
  onBytes: (done: number) => void,
): Promise<void> {
  const { storage } = deps;
  const { folders, snapshots } = deps.recovery;
  const targets = new Map<StatePart, string>();
  for (const part of parts) {
    if (record.contents.includes(part)) targets.set(part, await beginSwap(storage, folders[part], record.id));
  }
  let done = 0;
  const count = (bytes: number) => {
    done += bytes;
    onBytes(done);
  };
  const touched = new Set<string>(targets.values());
  const touch = (path: string, folder: string) => {
    for (let one = path; one !== folder; one = dirname(one)) touched.add(one);
  };
  const links: { path: string; target: string; folder: string }[] = [];
  const empty: string[] = [];
  await readArchive(
    storage,
    snapshots.pathOf(record),
    record.compression,
    async ({ name, kind, target, attributes }, content) => {
      if (name === 'image') {
        if (slot !== null) await pour(content, slot, signal, count);
        return;
      }
      const [part = '', ...rest] = (kind === 'folder' ? name.replace(/\/$/, '') : name).split('/');
      const folder = targets.get(part as StatePart);
      if (folder === undefined) return;
      if (rest.length === 0 || rest.some((step) => step === '' || step === '.' || step === '..')) throw new Error(`not a name: ${name}`);
      const path = join(folder, ...rest);
      if (kind === 'folder') {
        await storage.makeFolder(path);
        await storage.setAttributes(path, attributes);
        touch(dirname(path), folder);
        empty.push(path);
        return;
      }
      if (kind === 'link') {
        if (!leadsInside(folders[part as StatePart], rest.join('/'), target)) throw new Error(`${name} leads out of its folder`);
        links.push({ path, target, folder });
        return;
      }
      await storage.makeFolder(dirname(path));
      touch(dirname(path), folder);
      const file = await storage.open(path, 'create');
      try {
        await pour(content, file, signal, count);
        await storage.setAttributes(path, attributes);
        await file.sync();
      } finally {
        await file.close();
      }
    },
    signal,
  );
  // Last: no file is written through one.
  for (const { path, target, folder } of links) {
    await storage.makeFolder(dirname(path));
    touch(dirname(path), folder);
    await storage.makeLink(path, target);
  }
  if (slot !== null) await slot.sync();
  for (const [part, fresh] of targets) {
    await likeThose(storage, folders[part], fresh, touched);
  }
  for (const folder of [...touched, ...empty]) await storage.syncFolder(folder);
}

/** Of folders a snapshot holds the empty ones only: another one belongs to whom it belongs now, or else to whom its part does. */
async function likeThose(storage: Storage, inPlace: string, fresh: string, touched: ReadonlySet<string>): Promise<void> {
  const ofPart = await storage.attributesOf(inPlace);
  for (const folder of touched) {
    if (!`${folder}/`.startsWith(`${fresh}/`)) continue;
    const attributes = (await storage.attributesOf(inPlace + folder.slice(fresh.length))) ?? ofPart;
    if (attributes !== null) await storage.setAttributes(folder, attributes);
  }
}

async function pour(
  content: AsyncIterable<Uint8Array>,
  file: StorageFile,
  signal: AbortSignal,
  onBytes: (count: number) => void,
): Promise<void> {
  let position = 0;
  for await (const chunk of content) {
    signal.throwIfAborted();
    await file.write(chunk, position);
    position += chunk.length;
    onBytes(chunk.length);
  }
}
