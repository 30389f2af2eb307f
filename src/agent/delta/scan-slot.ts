/** Looks which blocks of an image a slot has: from its map, or by hashing it, which makes the map. */
import { join } from 'node:path';
import { createSplitter } from '#/domain/delta/block-splitter';
import { BLOCK_HASH_BYTES, type DeltaIndex } from '#/domain/delta/delta-index';
import type { SlotId } from '#/domain/jobs/job-options';
import type { SlotPort } from '../slots/slot-port';
import { isDiskFull, type Storage, type StorageFile } from '../storage/storage';
import { writeHash } from './block-hash';
import { MapWriter, mapName, type OnBlock, readMap } from './slot-map';

const READ_BYTES = 262_144;

/** What is known of a slot; sha256 null: nobody has hashed what is in it, so there can be no map. */
export type SlotContent = { slot: SlotId; sha256: string | null; usedBytes: number };
export type ScanDeps = { storage: Storage; slots: SlotPort; folder: string };

export async function scanSlot(
  deps: ScanDeps,
  content: SlotContent,
  index: DeltaIndex,
  useMap: boolean,
  signal: AbortSignal,
  onBlock: OnBlock,
): Promise<void> {
  const name = content.sha256 === null ? null : mapName(content.sha256, index);
  if (name !== null && useMap && (await readMap(deps.storage, join(deps.folder, name), signal, onBlock))) return;
  const file = await deps.slots.openForRead(content.slot);
  try {
    const map = name === null ? null : await MapWriter.open(deps.storage, deps.folder, name);
    try {
      await hashBlocks(file, content.usedBytes, index, signal, map, onBlock);
      await map?.finish();
    } catch (error) {
      await map?.abandon().catch(() => {});
      // No room for the map: the blocks are known all the same, as far as they were read.
      if (map !== null && isDiskFull(error)) return;
      throw error;
    }
  } finally {
    await file.close();
  }
}

async function hashBlocks(
  file: StorageFile,
  usedBytes: number,
  index: DeltaIndex,
  signal: AbortSignal,
  map: MapWriter | null,
  onBlock: OnBlock,
): Promise<void> {
  const splitter = createSplitter(index.kind, index);
  const buffer = new Uint8Array(READ_BYTES);
  const found = new Uint8Array(BLOCK_HASH_BYTES);
  let position = 0;
  const take = async (blocks: Uint8Array[]) => {
    for (const block of blocks) {
      writeHash(block, found);
      onBlock(position, found, 0);
      map?.add(block.length, found);
      position += block.length;
    }
    await map?.flush();
  };
  for (let at = 0; at < usedBytes; ) {
    signal.throwIfAborted();
    const count = await file.read(buffer.subarray(0, Math.min(buffer.length, usedBytes - at)), at);
    if (count === 0) break;
    await take(splitter.push(buffer.subarray(0, count)));
    at += count;
  }
  await take(splitter.end());
}

/** Removes the maps of images that are in no slot any more. */
export async function forgetMaps(storage: Storage, folder: string, contents: readonly SlotContent[]): Promise<void> {
  const kept = new Set(contents.map(({ sha256 }) => sha256));
  for (const name of await storage.list(folder)) {
    if (name.includes('.map') && !kept.has(name.slice(0, 64))) await storage.remove(join(folder, name));
  }
}
