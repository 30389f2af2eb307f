/** The architecture that a program is for, from the head of its ELF file. */
import { ByteFields } from './byte-fields';

export const ELF_HEAD_BYTES = 20;

const LITTLE: Record<number, string> = { 3: 'i386', 8: 'mipsel', 40: 'arm', 62: 'x86_64', 183: 'aarch64', 258: 'loongarch64' };
const BIG: Record<number, string> = { 8: 'mips', 20: 'powerpc', 21: 'powerpc64', 22: 's390x', 40: 'armeb', 183: 'aarch64_be' };

/** Name of the architecture as `uname -m` has it; null when these bytes are no ELF or it is none that we know. */
export function elfArchitecture(head: Uint8Array): string | null {
  if (head.length < ELF_HEAD_BYTES || head[0] !== 0x7f || head[1] !== 0x45 || head[2] !== 0x4c || head[3] !== 0x46) return null;
  const big = head[5] === 2;
  if (!big && head[5] !== 1) return null;
  const machine = new ByteFields(head, big ? 'big' : 'little').u16(18);
  if (machine === 243 && !big) return head[4] === 2 ? 'riscv64' : 'riscv32';
  if (machine === 21 && !big) return 'powerpc64le';
  return (big ? BIG : LITTLE)[machine] ?? null;
}
