/** Lists a tar archive as it streams by: nothing is unpacked, and only the few files that tell something are read. */
import { shownText } from '#/domain/images/byte-fields';
import { ELF_HEAD_BYTES, elfArchitecture } from '#/domain/images/elf-header';
import { ImageRefused } from '#/domain/images/image-refused';
import { Malformed } from '#/domain/images/malformed';
import { OS_RELEASE_MOST_BYTES, parseOsRelease } from '#/domain/images/os-release';
import {
  MANIFEST_FILE,
  MANIFEST_MOST_BYTES,
  MODULE_FOLDERS,
  OS_RELEASE_FILES,
  onlyKernel,
  PROGRAM_FILES,
  type RootfsFacts,
} from '#/domain/images/rootfs-facts';
import { parsePax, parseTarHeader, TAR_BLOCK, type TarHeader } from '#/domain/images/tar-header';
import { TarPaths } from '#/domain/images/tar-paths';
import { parseImageManifest } from '#/domain/releases/image-manifest';
import { ByteQueue } from './byte-queue';

const LARGEST_EXTENDED_HEADER = 256 * 1024;

export type TarFacts = RootfsFacts & { entryCount: number };

/** What the archive holds. Throws ImageRefused when it is damaged, cut off, or would write outside of its folder. Reads to the end. */
export async function inspectTar(content: AsyncIterable<Uint8Array>): Promise<TarFacts> {
  const queue = new ByteQueue(content);
  const paths = new TarPaths();
  const found = new FoundFiles();
  let entryCount = 0;
  try {
    for (let header = await nextEntry(queue); header !== null; header = await nextEntry(queue)) {
      const path = paths.add(header);
      entryCount += 1;
      await found.look(path, header, queue);
    }
    paths.finish();
    if (entryCount === 0) throw new ImageRefused('It is an archive without files.');
    await queue.skip(Number.MAX_SAFE_INTEGER);
    return { ...found.facts(), entryCount };
  } catch (error) {
    throw error instanceof Malformed ? new ImageRefused(`It is a damaged archive: ${error.message}.`) : error;
  } finally {
    await queue.close();
  }
}

/** The header of the next entry, with what headers before it say of it; null at the end. */
async function nextEntry(queue: ByteQueue): Promise<TarHeader | null> {
  let said: Partial<TarHeader> = {};
  for (;;) {
    const block = await queue.take(TAR_BLOCK);
    if (block.length < TAR_BLOCK) throw new Malformed('it is cut off');
    const header = parseTarHeader(block);
    if (header === null) return null;
    if (!/^(pax|long)/.test(header.type)) return { ...header, ...said };
    const data = await readData(queue, header.size);
    if (header.type === 'pax') said = { ...said, ...paxFields(data) };
    if (header.type === 'long-name') said.name = textOf(data);
    if (header.type === 'long-target') said.target = textOf(data);
    // A path for all that follow is nothing that an image needs.
    if (header.type === 'pax-global' && Object.keys(paxFields(data)).length > 0) throw new Malformed('a header names all files alike');
  }
}

function paxFields(data: Uint8Array): Partial<TarHeader> {
  const records = parsePax(data);
  const said: Partial<TarHeader> = {};
  for (const key of records.keys())
    if (key.startsWith('GNU.sparse.')) throw new ImageRefused('It has sparse files, which are not supported.');
  const [path, target, size] = [records.get('path'), records.get('linkpath'), records.get('size')];
  if (path !== undefined) said.name = path;
  if (target !== undefined) said.target = target;
  if (size !== undefined) {
    if (!/^\d{1,15}$/.test(size)) throw new Malformed('a size is none');
    said.size = Number(size);
  }
  return said;
}

async function readData(queue: ByteQueue, size: number): Promise<Uint8Array> {
  if (size > LARGEST_EXTENDED_HEADER) throw new Malformed('an extended header is too large');
  const padded = await queue.take(Math.ceil(size / TAR_BLOCK) * TAR_BLOCK);
  if (padded.length < size) throw new Malformed('it is cut off');
  return padded.subarray(0, size);
}

function textOf(data: Uint8Array): string {
  const end = data.indexOf(0);
  return new TextDecoder().decode(end === -1 ? data : data.subarray(0, end));
}

/** What the files told so far; of several that tell the same, the one that stands first in its list counts. */
class FoundFiles {
  private readonly heads = new Map<string, Uint8Array>();
  private readonly kernels = new Set<string>();

  async look(path: string, header: TarHeader, queue: ByteQueue): Promise<void> {
    const folder = MODULE_FOLDERS.find((one) => path.startsWith(`${one}/`));
    const kernel = folder && path.slice(folder.length + 1).split('/')[0];
    if (kernel && this.kernels.size < 4) this.kernels.add(kernel);
    const wanted = header.type === 'file' ? Math.min(header.size, mostBytes(path)) : 0;
    const head = await queue.take(wanted);
    if (wanted > 0) this.heads.set(path, new Uint8Array(head));
    const left = Math.ceil(header.size / TAR_BLOCK) * TAR_BLOCK - head.length;
    if (head.length < wanted || (await queue.skip(left)) < left) throw new Malformed('it is cut off');
  }

  facts(): RootfsFacts {
    return {
      osRelease: this.first(OS_RELEASE_FILES, parseOsRelease),
      manifest: this.first([MANIFEST_FILE, `etc/${MANIFEST_FILE}`], parseImageManifest),
      architecture: this.first(PROGRAM_FILES, elfArchitecture),
      kernel: shownText(onlyKernel([...this.kernels]) ?? ''),
    };
  }

  private first<T>(paths: readonly string[], read: (bytes: Uint8Array) => T | null): T | null {
    for (const path of paths) {
      const head = this.heads.get(path);
      const found = head ? read(head) : null;
      if (found !== null) return found;
    }
    return null;
  }
}

function mostBytes(path: string): number {
  if ((OS_RELEASE_FILES as readonly string[]).includes(path)) return OS_RELEASE_MOST_BYTES;
  if (path === MANIFEST_FILE || path === `etc/${MANIFEST_FILE}`) return MANIFEST_MOST_BYTES;
  return (PROGRAM_FILES as readonly string[]).includes(path) ? ELF_HEAD_BYTES : 0;
}
