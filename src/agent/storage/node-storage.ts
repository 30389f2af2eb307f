/** The storage of a real host, on node:fs. Works for files and block devices. */
import { constants } from 'node:fs';
import { chmod, chown, type FileHandle, mkdir, open, readdir, readlink, rename, rm, stat, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { type OpenMode, type Storage, type StorageFile, systemCode } from './storage';

const FLAGS: Record<OpenMode, number> = {
  read: constants.O_RDONLY,
  modify: constants.O_RDWR,
  create: constants.O_RDWR | constants.O_CREAT,
};

export function createNodeStorage(): Storage {
  return {
    async open(path, mode) {
      return wrap(await open(path, FLAGS[mode], 0o600));
    },
    async list(folder) {
      const names = await orIfMissing(readdir(folder), []);
      return names.sort();
    },
    async listTree(folder) {
      const entries = await orIfMissing(readdir(folder, { recursive: true, withFileTypes: true }), []);
      const files = entries.filter((entry) => entry.isFile());
      return files.map((entry) => relative(folder, join(entry.parentPath, entry.name))).sort();
    },
    async listSpecial(folder) {
      const entries = await orIfMissing(readdir(folder, { recursive: true, withFileTypes: true }), []);
      const full = new Set(entries.map((entry) => entry.parentPath));
      const special = entries.flatMap((entry) => {
        const path = join(entry.parentPath, entry.name);
        const isEmpty = entry.isDirectory() && !full.has(path);
        return entry.isSymbolicLink() || isEmpty ? [{ path, isLink: !isEmpty }] : [];
      });
      const read = special.map(async ({ path, isLink }) => ({
        name: relative(folder, path),
        target: isLink ? await readlink(path) : null,
      }));
      return (await Promise.all(read)).sort((a, b) => (a.name < b.name ? -1 : 1));
    },
    async hasFolder(path) {
      return (await orIfMissing(stat(path), null))?.isDirectory() ?? false;
    },
    async sizeOf(path) {
      const found = await orIfMissing(stat(path), null);
      return found === null ? null : found.size;
    },
    async writtenAtMs(path) {
      const found = await orIfMissing(stat(path), null);
      return found?.isFile() ? found.mtimeMs : null;
    },
    rename: (from, to) => rename(from, to),
    remove: (path) => rm(path, { force: true }),
    removeFolder: (path) => rm(path, { recursive: true, force: true }),
    async makeFolder(folder) {
      const first = await mkdir(folder, { recursive: true, mode: 0o700 });
      if (first !== undefined) await syncUpTo(folder, dirname(first));
    },
    makeLink: (path, target) => symlink(target, path),
    async attributesOf(path) {
      const found = await orIfMissing(stat(path), null);
      return found === null ? null : { mode: found.mode & 0o7777, uid: found.uid, gid: found.gid };
    },
    async setAttributes(path, { mode, uid, gid }) {
      await chown(path, uid, gid).catch((error: unknown) => {
        if (systemCode(error) !== 'EPERM') throw error;
      });
      // After the owner: giving a file away clears some of its bits.
      await chmod(path, mode);
    },
    syncFolder: (folder) => syncPath(folder),
  };
}

function wrap(handle: FileHandle): StorageFile {
  return {
    sizeBytes: async () => (await handle.stat()).size,
    async read(target, position) {
      let done = 0;
      while (done < target.length) {
        const { bytesRead } = await handle.read(target, done, target.length - done, position + done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
      return done;
    },
    async write(bytes, position) {
      let done = 0;
      while (done < bytes.length) {
        const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
        done += bytesWritten;
      }
    },
    truncate: (sizeBytes) => handle.truncate(sizeBytes),
    sync: () => handle.sync(),
    close: () => handle.close(),
  };
}

async function syncPath(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Syncs every folder from `folder` up to and including `top`, so that new folders keep their names. */
async function syncUpTo(folder: string, top: string): Promise<void> {
  for (let current = folder; ; current = dirname(current)) {
    await syncPath(current);
    if (current === top || current === dirname(current)) return;
  }
}

async function orIfMissing<T, F>(promise: Promise<T>, fallback: F): Promise<T | F> {
  try {
    return await promise;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return fallback;
    throw error;
  }
}
