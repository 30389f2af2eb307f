/** What the files of a root file system say: os-release, manifest, architecture of its programs, kernel by its modules. */
import { type ImageManifest, parseImageManifest } from '../releases/image-manifest';
import { shownText } from './byte-fields';
import { ELF_HEAD_BYTES, elfArchitecture } from './elf-header';
import { nodeAt, type TreeNode } from './file-tree';
import { Malformed } from './malformed';
import { OS_RELEASE_MOST_BYTES, type OsRelease, parseOsRelease } from './os-release';

export type RootfsFacts = {
  osRelease: OsRelease | null;
  manifest: ImageManifest | null;
  architecture: string | null;
  kernel: string | null;
};
export const NO_ROOTFS: RootfsFacts = { osRelease: null, manifest: null, architecture: null, kernel: null };

export const MANIFEST_FILE = 'fairlead-manifest.json';
export const MANIFEST_MOST_BYTES = 64 * 1024;
export const OS_RELEASE_FILES = ['etc/os-release', 'usr/lib/os-release'] as const;
/** Programs that every root file system has one of. */
export const PROGRAM_FILES = ['bin/busybox', 'sbin/init', 'bin/sh', 'usr/bin/busybox', 'usr/sbin/init', 'usr/bin/sh'] as const;
export const MODULE_FOLDERS = ['lib/modules', 'usr/lib/modules'] as const;

/** Looks at the few files that tell; one that cannot be read is passed over. */
export async function rootfsFacts(root: TreeNode): Promise<RootfsFacts> {
  return {
    osRelease: await firstOf(OS_RELEASE_FILES, async (path) => told(await head(root, path, OS_RELEASE_MOST_BYTES), parseOsRelease)),
    manifest: await firstOf([`etc/${MANIFEST_FILE}`], async (path) =>
      told(await head(root, path, MANIFEST_MOST_BYTES), parseImageManifest),
    ),
    architecture: await firstOf(PROGRAM_FILES, async (path) => told(await head(root, path, ELF_HEAD_BYTES), elfArchitecture)),
    kernel: await firstOf(MODULE_FOLDERS, async (path) => {
      const node = await nodeAt(root, path);
      return node?.kind === 'folder' ? onlyKernel(await node.names(3)) : null;
    }),
  };
}

/** The kernel that the modules are for; null when they are for several, or for none. */
export function onlyKernel(names: string[]): string | null {
  const kernels = names.filter((name) => /^\d+\.\d+/.test(name));
  return kernels.length === 1 ? shownText(kernels[0] as string, 120) : null;
}

async function head(root: TreeNode, path: string, maxBytes: number): Promise<Uint8Array | null> {
  const node = await nodeAt(root, path);
  return node?.kind === 'file' ? node.read(maxBytes) : null;
}

function told<T>(bytes: Uint8Array | null, read: (bytes: Uint8Array) => T | null): T | null {
  return bytes === null ? null : read(bytes);
}

async function firstOf<T>(paths: readonly string[], look: (path: string) => Promise<T | null>): Promise<T | null> {
  for (const path of paths) {
    try {
      const found = await look(path);
      if (found !== null) return found;
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
    }
  }
  return null;
}
