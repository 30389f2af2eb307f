/** The port of the artifact store: blobs that never change, each named by its SHA-256. A folder or an S3 bucket is behind it. */
import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';

export type StoredBlob = { sha256: string; sizeBytes: number };

/** A blob that is being read. Call `release` once, after the last byte; streams that still run are ended by it. */
export type OpenBlob = {
  sizeBytes: number;
  /** The open file, where the store has one: the quickest way to send it. Null for a store behind a network. */
  file: FileHandle | null;
  /** Both ends inclusive. Fails as a stream fails: with an 'error' event. */
  read(start: number, end: number): Readable;
  release(): void;
};

export type ReceiveLimits = {
  /** More is PAYLOAD_TOO_LARGE. */
  maxBytes?: number;
};

/** A file of this machine that is whole and hashed, but not in the store yet. Who receives it discards it, also after `adopt`. */
export type ReceivedFile = StoredBlob & { path: string; discard(): Promise<void> };

/** What a folder and a bucket do each in their own way. */
export type BlobKeeper = {
  kind: 'folder' | 's3';
  /** Where it is, for people. Never a secret. */
  place: string;
  /** Keeps a finished file of this machine, whose hash the caller has taken. The file itself stays the caller's, who removes it. */
  adopt(file: string, blob: StoredBlob): Promise<void>;
  /** Null when there is no such blob. Throws RangeError for what is no SHA-256 in lower-case hex. */
  open(sha256: string): Promise<OpenBlob | null>;
  /** The blob as a file of this machine, for programs that need a path. Not to be changed; call `release` when done with it. */
  localFile(sha256: string): Promise<{ path: string; release(): Promise<void> } | null>;
  has(sha256: string): Promise<boolean>;
  /** Whether anybody still needs it is the caller's question (remove-unused.ts). */
  remove(sha256: string): Promise<void>;
  /** Bytes of all blobs. */
  usedBytes(): Promise<number>;
  /** Writes, reads and removes a probe. Throws an error that says what is wrong. */
  probe(): Promise<void>;
  /** Gives up what stores that failed have left half done. */
  sweep(olderThan: Date): Promise<number>;
};

export type ArtifactStore = BlobKeeper & {
  /**
   * Receives a stream into a file of this machine, hashed on the way, for who wants to look at it before it is kept. Throws
   * INSUFFICIENT_DISK_SPACE for a full disk or quota, PAYLOAD_TOO_LARGE, and what the source throws; nothing stays behind then.
   */
  receive(source: AsyncIterable<Uint8Array>, limits?: ReceiveLimits): Promise<ReceivedFile>;
  /** Keeps a stream, whole or not at all: `receive` and `adopt` in one. */
  put(source: AsyncIterable<Uint8Array>, limits?: ReceiveLimits): Promise<StoredBlob>;
};

const SHA256 = /^[0-9a-f]{64}$/;

export function isSha256(text: string): boolean {
  return SHA256.test(text);
}

/** Throws RangeError for what is no SHA-256 in lower-case hex, so that no name can leave the store. */
export function requireSha256(text: string): string {
  if (!isSha256(text)) throw new RangeError('not a SHA-256 in lower-case hex');
  return text;
}
