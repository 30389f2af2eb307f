/**
 * What a disk holds as plain data: contents and names, each with what is durable and what still waits for a sync.
 * Pure apart from the state that it is given; sim-disk.ts makes a Storage of it, the crash tests settle it after a cut.
 */
import { dirname } from 'node:path';

export type DataOp = { kind: 'write'; position: number; bytes: Uint8Array } | { kind: 'truncate'; sizeBytes: number };
type Inode = { durable: Uint8Array; current: Uint8Array; pending: DataOp[] };
/** Entries made (an inode) or removed (null) by one operation; reaches the medium as a whole. */
type NameOp = { path: string; inode: number | null }[];

export type DiskOp =
  | { kind: 'create'; path: string }
  | { kind: 'rename'; from: string; to: string }
  | { kind: 'remove'; path: string }
  | { kind: 'syncFolder'; folder: string }
  | { kind: 'data'; inode: number; op: DataOp }
  | { kind: 'sync'; inode: number };

export type DiskState = {
  inodes: Map<number, Inode>;
  names: Map<string, number>;
  durableNames: Map<string, number>;
  pendingNames: NameOp[];
};

export function emptyDisk(): DiskState {
  return { inodes: new Map(), names: new Map(), durableNames: new Map(), pendingNames: [] };
}

export function copyDisk(state: DiskState): DiskState {
  // Byte arrays are never changed in place, so they can be shared.
  const inodes = new Map<number, Inode>();
  for (const [id, inode] of state.inodes) inodes.set(id, { ...inode, pending: [...inode.pending] });
  return {
    inodes,
    names: new Map(state.names),
    durableNames: new Map(state.durableNames),
    pendingNames: [...state.pendingNames],
  };
}

/** The bytes after one write or truncation; sectors that were never written are zero. */
export function applyData(content: Uint8Array, op: DataOp): Uint8Array {
  const sizeBytes = op.kind === 'truncate' ? op.sizeBytes : Math.max(content.length, op.position + op.bytes.length);
  const next = new Uint8Array(sizeBytes);
  next.set(content.subarray(0, sizeBytes));
  if (op.kind === 'write') next.set(op.bytes, op.position);
  return next;
}

export function applyNames(names: Map<string, number>, changes: NameOp): void {
  for (const { path, inode } of changes) {
    if (inode === null) names.delete(path);
    else names.set(path, inode);
  }
}

export function inodeOf(state: DiskState, path: string): number | null {
  return state.names.get(path) ?? null;
}

/** The files at any depth below a folder. */
export function namesIn(state: DiskState, folder: string): string[] {
  return [...state.names.keys()].filter((path) => path.startsWith(`${folder}/`)).sort();
}

/** Carries out one operation in the state that programs see. */
export function applyDiskOp(state: DiskState, op: DiskOp): void {
  switch (op.kind) {
    case 'create': {
      const inode = state.inodes.size + 1;
      state.inodes.set(inode, { durable: new Uint8Array(), current: new Uint8Array(), pending: [] });
      changeNames(state, [{ path: op.path, inode }]);
      return;
    }
    case 'rename': {
      const inode = state.names.get(op.from) ?? null;
      // A folder has no entry of its own here: its files move with it, in one step.
      const inside = namesIn(state, op.from).flatMap(
        (path): NameOp => [
          { path, inode: null },
          { path: op.to + path.slice(op.from.length), inode: state.names.get(path) ?? null },
        ],
      );
      changeNames(state, [{ path: op.from, inode: null }, { path: op.to, inode }, ...inside]);
      return;
    }
    case 'remove':
      changeNames(state, [{ path: op.path, inode: null }]);
      return;
    case 'syncFolder': {
      // Journalling file systems commit name changes in order: everything up to the last one of this folder.
      const last = state.pendingNames.findLastIndex((changes) => changes.some(({ path }) => dirname(path) === op.folder));
      for (const changes of state.pendingNames.splice(0, last + 1)) applyNames(state.durableNames, changes);
      return;
    }
    case 'data': {
      const inode = state.inodes.get(op.inode);
      if (!inode) return;
      inode.current = applyData(inode.current, op.op);
      inode.pending.push(op.op);
      return;
    }
    case 'sync': {
      const inode = state.inodes.get(op.inode);
      if (!inode) return;
      inode.durable = inode.current;
      inode.pending = [];
    }
  }
}

function changeNames(state: DiskState, changes: NameOp): void {
  applyNames(state.names, changes);
  state.pendingNames.push(changes);
}
