/**
 * The port through which every persistent byte of the agent goes, so that a test can cut the power between any two
 * writes (sim-disk.ts). Paths are absolute. What has not been synced may be lost, reordered or torn.
 */

export type StorageFile = {
  sizeBytes(): Promise<number>;
  /** Fills `target` from `position`; returns the bytes read, fewer only at the end of the file. */
  read(target: Uint8Array, position: number): Promise<number>;
  write(bytes: Uint8Array, position: number): Promise<void>;
  truncate(sizeBytes: number): Promise<void>;
  /** Data and size are on the medium when this resolves; the name is not (see syncFolder). */
  sync(): Promise<void>;
  close(): Promise<void>;
};

/** read: must exist. modify: must exist. create: made when missing, never emptied. */
export type OpenMode = 'read' | 'modify' | 'create';

/** Who may do what with a file or folder: permission bits, owner and group. */
export type Attributes = { mode: number; uid: number; gid: number };

/** `target`: of a link, as it is written in it; null: an empty folder. */
export type SpecialEntry = { name: string; target: string | null };

export type Storage = {
  /** Rejects with code ENOENT when the mode needs a file that is not there. */
  open(path: string, mode: OpenMode): Promise<StorageFile>;
  /** Names in a folder, sorted; empty when there is none. */
  list(folder: string): Promise<string[]>;
  /** Paths of the regular files at any depth below a folder, relative to it, sorted. Links and devices are left out, not followed. */
  listTree(folder: string): Promise<string[]>;
  /** What a folder holds besides regular files, at any depth, relative to it, sorted: links as they are, and folders with nothing in them. */
  listSpecial(folder: string): Promise<SpecialEntry[]>;
  hasFolder(path: string): Promise<boolean>;
  /** Bytes, or null when there is no such file. */
  sizeOf(path: string): Promise<number | null>;
  /** When a regular file was last written, ms; null for a device, whose node tells nothing of its content, and for what is not there. */
  writtenAtMs(path: string): Promise<number | null>;
  /** Of a file, or of a folder with everything in it; one step at every instant. */
  rename(from: string, to: string): Promise<void>;
  /** Nothing happens when the file is not there. */
  remove(path: string): Promise<void>;
  /** With everything in it, in many steps. Nothing happens when it is not there. */
  removeFolder(path: string): Promise<void>;
  /** Makes the folder and its parents, durably. */
  makeFolder(folder: string): Promise<void>;
  /** A symbolic link; rejects with code EEXIST when there is something of that name. */
  makeLink(path: string, target: string): Promise<void>;
  /** Of a file or folder; null when it is not there. */
  attributesOf(path: string): Promise<Attributes | null>;
  /** Owner and group only as far as the agent may: without the right to give files away they stay its own. */
  setAttributes(path: string, attributes: Attributes): Promise<void>;
  /** Names made, renamed and removed in the folder are on the medium when this resolves. */
  syncFolder(folder: string): Promise<void>;
};

/** The system code of an error of storage or network, such as ENOSPC; null when it has none. */
export function systemCode(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

/** Whether the error says that the medium is full (or the quota used up). */
export function isDiskFull(error: unknown): boolean {
  const code = systemCode(error);
  return code === 'ENOSPC' || code === 'EDQUOT';
}
