/** A Storage in memory with numbered operations, whose power can be cut at any of them (crash-consistency tests). */
import { dirname } from 'node:path';
import { applyDiskOp, copyDisk, type DataOp, type DiskOp, type DiskState, emptyDisk, inodeOf, namesIn } from './disk-model';
import { type CrashMode, settleAfterCut } from './power-cut';
import type { OpenMode, Storage, StorageFile } from './storage';

export class SimDisk {
  /** Names of the operations so far; the next one has the number `log.length + 1`. */
  readonly log: string[] = [];
  /** The power fails during the operation with this number. */
  cutAt = Number.POSITIVE_INFINITY;
  /** Bytes that may still be allocated; ENOSPC beyond. */
  freeBytes = Number.POSITIVE_INFINITY;
  /** Operations whose name matches fail with EIO. */
  failing: RegExp | null = null;
  /** Told before each operation; `cut` gives the disk as a cut during it would find it. */
  onOperation: ((cut: () => SimDisk, label: string) => void) | null = null;
  /** Resolves when the power has failed; from then on every operation hangs, as in a dead machine. */
  readonly powerCut: Promise<void>;
  #reportCut: () => void = () => {};
  #underWay: DiskOp | null = null;
  #dead = false;

  constructor(private readonly state: DiskState = emptyDisk()) {
    this.powerCut = new Promise((resolve) => {
      this.#reportCut = resolve;
    });
  }

  /** The disk when the power is back. The same mode and seed give the same disk. */
  afterCut(mode: CrashMode, seed: number): SimDisk {
    const after = new SimDisk(settleAfterCut(this.state, this.#underWay, mode, seed));
    after.onOperation = this.onOperation;
    return after;
  }

  get isDead(): boolean {
    return this.#dead;
  }

  /** Ends this life of the machine: operations of what still runs in it hang. */
  powerOff(): void {
    this.#dead = true;
  }

  /** The bytes that programs see, or null. For assertions; no operation. */
  peek(path: string): Uint8Array | null {
    const inode = inodeOf(this.state, path);
    return inode === null ? null : (this.state.inodes.get(inode)?.current ?? null);
  }

  /** The files below a folder, relative to it. For assertions; no operation. */
  names(folder: string): string[] {
    return namesIn(this.state, folder).map((path) => path.slice(folder.length + 1));
  }

  /** A durable file from the start. No operation. */
  plant(path: string, bytes: Uint8Array): void {
    applyDiskOp(this.state, { kind: 'create', path });
    const inode = inodeOf(this.state, path) as number;
    applyDiskOp(this.state, { kind: 'data', inode, op: { kind: 'write', position: 0, bytes } });
    applyDiskOp(this.state, { kind: 'sync', inode });
    applyDiskOp(this.state, { kind: 'syncFolder', folder: dirname(path) });
  }

  storage(): Storage {
    return {
      open: (path, mode) => this.#open(path, mode),
      list: async (folder) => {
        await this.#alive();
        const inside = [...this.state.names.keys()].filter((path) => dirname(path) === folder);
        return inside.map((path) => path.slice(folder.length + 1)).sort();
      },
      listTree: async (folder) => {
        await this.#alive();
        return namesIn(this.state, folder).map((path) => path.slice(folder.length + 1));
      },
      // Neither links nor empty folders are modelled: names are those of files.
      listSpecial: async () => [],
      makeLink: () => Promise.reject(new Error('links are not modelled')),
      // As of a device: nobody knows.
      writtenAtMs: async () => null,
      hasFolder: async (path) => {
        await this.#alive();
        return namesIn(this.state, path).length > 0;
      },
      sizeOf: async (path) => {
        await this.#alive();
        return this.peek(path)?.length ?? null;
      },
      rename: async (from, to) => {
        if (inodeOf(this.state, from) === null && namesIn(this.state, from).length === 0) throw missing(from);
        this.freeBytes += this.peek(to)?.length ?? 0;
        await this.#run(`rename ${to}`, { kind: 'rename', from, to });
      },
      remove: async (path) => {
        if (inodeOf(this.state, path) === null) return;
        this.freeBytes += this.peek(path)?.length ?? 0;
        await this.#run(`remove ${path}`, { kind: 'remove', path });
      },
      removeFolder: async (path) => {
        for (const name of namesIn(this.state, path)) {
          this.freeBytes += this.peek(name)?.length ?? 0;
          await this.#run(`remove ${name}`, { kind: 'remove', path: name });
        }
      },
      // Folders are made once, when the agent is set up; their loss is not modelled.
      makeFolder: () => this.#alive(),
      // Not modelled: they change nothing in what a cut can leave.
      attributesOf: async () => null,
      setAttributes: () => this.#alive(),
      syncFolder: (folder) => this.#run(`syncFolder ${folder}`, { kind: 'syncFolder', folder }),
    };
  }

  async #open(path: string, mode: OpenMode): Promise<StorageFile> {
    await this.#alive();
    if (inodeOf(this.state, path) === null) {
      if (mode !== 'create') throw missing(path);
      await this.#run(`create ${path}`, { kind: 'create', path });
    }
    const inode = inodeOf(this.state, path) as number;
    const content = () => this.state.inodes.get(inode)?.current ?? new Uint8Array();
    const change = (label: string, op: DataOp) => this.#run(label, { kind: 'data', inode, op });
    return {
      sizeBytes: async () => {
        await this.#alive();
        return content().length;
      },
      read: async (target, position) => {
        await this.#alive();
        const part = content().subarray(position, position + target.length);
        target.set(part);
        return part.length;
      },
      write: async (bytes, position) => {
        const growth = Math.max(0, position + bytes.length - content().length);
        if (growth > this.freeBytes) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
        this.freeBytes -= growth;
        await change(`write ${path} ${position}+${bytes.length}`, { kind: 'write', position, bytes: bytes.slice() });
      },
      truncate: async (sizeBytes) => {
        this.freeBytes += Math.max(0, content().length - sizeBytes);
        await change(`truncate ${path} ${sizeBytes}`, { kind: 'truncate', sizeBytes });
      },
      sync: () => this.#run(`sync ${path}`, { kind: 'sync', inode }),
      close: () => this.#alive(),
    };
  }

  async #run(label: string, op: DiskOp): Promise<void> {
    await this.#alive();
    this.log.push(label);
    if (this.failing?.test(label)) throw Object.assign(new Error('input/output error'), { code: 'EIO' });
    if (this.onOperation) {
      this.onOperation(() => {
        const cut = new SimDisk(copyDisk(this.state));
        cut.#underWay = op;
        return cut;
      }, label);
    }
    if (this.log.length >= this.cutAt) {
      this.#underWay = op;
      this.#dead = true;
      this.#reportCut();
      await this.#alive();
    }
    applyDiskOp(this.state, op);
  }

  #alive(): Promise<void> {
    return this.#dead ? new Promise(() => {}) : Promise.resolve();
  }
}

function missing(path: string): Error {
  return Object.assign(new Error(`no such file: ${path}`), { code: 'ENOENT' });
}
