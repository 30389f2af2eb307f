/** Kernels and boot images by their headers: U-Boot FIT and uImage, arm64 Image, zImage, bzImage. */
import { crc32 } from 'node:zlib';
import { ByteFields, shownText } from '#/domain/images/byte-fields';
import { readFit } from '#/domain/images/device-tree';
import type { BootImageFacts } from '#/domain/images/image-facts';
import { type ImageSource, readUpTo } from '#/domain/images/image-source';

type Found = Omit<BootImageFacts, 'startBytes' | 'partition'>;

const HEAD_BYTES = 1024;
/** U-Boot's numbers of architectures (include/image.h). */
const UIMAGE_ARCHITECTURES: Record<number, string> = {
  2: 'arm',
  3: 'i386',
  5: 'mips',
  6: 'mips64',
  7: 'powerpc',
  22: 'aarch64',
  24: 'x86_64',
  26: 'riscv64',
};
const KERNEL = /^Linux[- ](\d+\.\d+\S*)/;

/** The boot image that the source begins with; null when it begins with none. */
export async function readBootImage(source: ImageSource): Promise<Found | null> {
  const head = await readUpTo(source, 0, HEAD_BYTES);
  if (head.length < 64) return null;
  const fit = await readFit(source);
  if (fit) return { kind: 'fit', ...fit, kernel: null };
  return uImage(head) ?? arm64Image(head) ?? zImage(head) ?? bzImage(source, head);
}

function uImage(head: Uint8Array): Found | null {
  const fields = new ByteFields(head, 'big');
  if (fields.u32(0) !== 0x27051956) return null;
  const covered = new Uint8Array(head.subarray(0, 64));
  covered.fill(0, 4, 8);
  if (crc32(covered) !== fields.u32(4)) return null;
  const description = shownText(fields.text(32, 32));
  const kernel = KERNEL.exec(description ?? '')?.[1] ?? null;
  return { kind: 'uimage', description, architecture: UIMAGE_ARCHITECTURES[fields.u8(29)] ?? null, kernel };
}

/** Documentation/arch/arm64/booting: "ARM\x64" at 56. */
function arm64Image(head: Uint8Array): Found | null {
  if (new ByteFields(head).u32(56) !== 0x644d5241) return null;
  return { kind: 'arm64', description: null, architecture: 'aarch64', kernel: null };
}

function zImage(head: Uint8Array): Found | null {
  if (new ByteFields(head).u32(36) !== 0x016f2818) return null;
  return { kind: 'zimage', description: null, architecture: 'arm', kernel: null };
}

/** Documentation/arch/x86/boot: "HdrS" at 0x202, a pointer to the version's text at 0x20e. */
async function bzImage(source: ImageSource, head: Uint8Array): Promise<Found | null> {
  if (head.length < 0x260) return null;
  const fields = new ByteFields(head);
  if (fields.u32(0x202) !== 0x53726448 || fields.u16(0x1fe) !== 0xaa55) return null;
  const pointer = fields.u16(0x20e);
  const text = pointer === 0 ? new Uint8Array(0) : await readUpTo(source, 0x200 + pointer, 200);
  const description = shownText(new ByteFields(text).text(0, text.length));
  const kernel = /^(\d+\.\d+\S*)/.exec(description ?? '')?.[1] ?? null;
  // Since protocol 2.12 a flag says that the kernel has an entry for 64 bits.
  const architecture = fields.u16(0x206) < 0x20c ? null : (fields.u16(0x236) & 1) !== 0 ? 'x86_64' : 'i386';
  return { kind: 'bzimage', description, architecture, kernel };
}
