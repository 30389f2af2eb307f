/** What a disk holds after the power failed: the ways in which unsynced writes can be kept, lost, reordered or torn. */
import { applyData, applyDiskOp, applyNames, copyDisk, type DataOp, type DiskOp, type DiskState } from './disk-model';

/**
 * killed: the process died, the machine did not; every operation before the cut survives.
 * finished: as killed, and the operation under way survives as well.
 * lost: nothing that was not synced survives.
 * torn: of what was not synced, a random part survives: names up to some point, data by the sector and in any order.
 */
export type CrashMode = 'killed' | 'finished' | 'lost' | 'torn';

const SECTOR_BYTES = 512;

/** Small repeatable generator (mulberry32): numbers in [0, 1). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The durable state after a power cut during `underWay`; `before` is left as it is. */
export function settleAfterCut(before: DiskState, underWay: DiskOp | null, mode: CrashMode, seed: number): DiskState {
  const state = copyDisk(before);
  const random = seededRandom(seed);
  // A sync under way has no effect of its own: which of the pending writes it got to the medium is the torn mode's choice.
  const changesData = underWay !== null && underWay.kind !== 'sync' && underWay.kind !== 'syncFolder';
  if (mode === 'finished' ? underWay !== null : mode === 'torn' && changesData) applyDiskOp(state, underWay as DiskOp);
  const keptNames =
    mode === 'lost' ? 0 : mode === 'torn' ? Math.floor(random() * (state.pendingNames.length + 1)) : Number.POSITIVE_INFINITY;
  const names = new Map(state.durableNames);
  state.pendingNames.forEach((changes, index) => {
    if (index < keptNames) applyNames(names, changes);
  });
  for (const inode of state.inodes.values()) {
    if (mode === 'lost') inode.current = inode.durable;
    if (mode === 'torn') inode.current = inode.pending.reduce((content, op) => tear(content, op, random), inode.durable);
    inode.durable = inode.current;
    inode.pending = [];
  }
  return { inodes: state.inodes, names, durableNames: new Map(names), pendingNames: [] };
}

/** One unsynced operation: dropped, kept, or kept in some of its sectors only. */
function tear(content: Uint8Array, op: DataOp, random: () => number): Uint8Array {
  const fate = random();
  if (fate < 0.4) return content;
  if (fate < 0.6 || op.kind === 'truncate') return applyData(content, op);
  let next = content;
  for (let offset = 0; offset < op.bytes.length; ) {
    // Sectors are aligned on the medium, not on the write.
    const end = Math.min(op.bytes.length, offset + SECTOR_BYTES - ((op.position + offset) % SECTOR_BYTES));
    if (random() < 0.5) next = applyData(next, { kind: 'write', position: op.position + offset, bytes: op.bytes.subarray(offset, end) });
    offset = end;
  }
  return next;
}
