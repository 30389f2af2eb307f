/** U-Boot FIT images: a flattened device tree whose node /images holds kernels and other parts. */
import { ByteFields, shownText } from './byte-fields';
import { type ImageSource, readExactly, readUpTo } from './image-source';
import { Malformed } from './malformed';

const MAGIC = 0xd00dfeed;
const MOST_TOKENS = 4000;
const LARGEST_STRINGS = 64 * 1024;
const LONGEST_NAME = 256;
const LONGEST_VALUE = 256;
/** Names that U-Boot gives architectures, as `uname -m` has them. */
const ARCHITECTURES: Record<string, string> = { arm64: 'aarch64', x86: 'i386', ppc: 'powerpc' };

export type FitImage = { description: string | null; architecture: string | null };

/** What the FIT says that the source begins with; null when it begins with none (also for a plain device tree). */
export async function readFit(source: ImageSource): Promise<FitImage | null> {
  const head = await readUpTo(source, 0, 40);
  if (head.length < 40) return null;
  const fields = new ByteFields(head, 'big');
  if (fields.u32(0) !== MAGIC) return null;
  const tree = { start: fields.u32(8), strings: fields.u32(12), stringsBytes: fields.u32(32), treeBytes: fields.u32(36) };
  try {
    return await walk(source, tree);
  } catch (error) {
    if (error instanceof Malformed) return null;
    throw error;
  }
}

type Tree = { start: number; strings: number; stringsBytes: number; treeBytes: number };

async function walk(source: ImageSource, { start, strings, stringsBytes, treeBytes }: Tree): Promise<FitImage | null> {
  if (stringsBytes > LARGEST_STRINGS) throw new Malformed('has too many names');
  const names = new ByteFields(await readExactly(source, strings, stringsBytes));
  const way: string[] = [];
  const found: FitImage = { description: null, architecture: null };
  let images = 0;
  let at = start;
  for (let token = 0; token < MOST_TOKENS && at < start + treeBytes; token += 1) {
    const head = await readUpTo(source, at, 12);
    const fields = new ByteFields(head, 'big');
    switch (fields.u32(0)) {
      case 1: {
        const name = await readUpTo(source, at + 4, LONGEST_NAME);
        const end = name.indexOf(0);
        if (end === -1) throw new Malformed('a name does not end');
        way.push(new ByteFields(name).text(0, end + 1));
        if (way.length === 3 && way[1] === 'images') images += 1;
        at += 4 + aligned(end + 1);
        break;
      }
      case 2:
        way.pop();
        at += 4;
        break;
      case 3: {
        const length = fields.u32(4);
        const nameAt = fields.u32(8);
        const name = names.text(nameAt, Math.min(LONGEST_NAME, Math.max(0, stringsBytes - nameAt)));
        if (length <= LONGEST_VALUE) keep(found, way, name, await readExactly(source, at + 12, length));
        at += 12 + aligned(length);
        break;
      }
      case 4:
        at += 4;
        break;
      default:
        return images > 0 ? found : null;
    }
  }
  return images > 0 ? found : null;
}

function keep(found: FitImage, way: string[], name: string, value: Uint8Array): void {
  const text = shownText(new ByteFields(value).text(0, value.length));
  if (way.length === 1 && name === 'description') found.description = text;
  if (way.length === 3 && way[1] === 'images' && name === 'arch' && text !== null) found.architecture ??= ARCHITECTURES[text] ?? text;
}

const aligned = (length: number) => (length + 3) & ~3;
