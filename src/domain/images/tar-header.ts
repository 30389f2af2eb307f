/**
 * The headers of a tar archive (ustar, GNU, pax). Of our own, as tar-stream keeps an extended header of any size in memory
 * and takes negative sizes, and an image comes from anywhere.
 */
import { ByteFields } from './byte-fields';
import { Malformed } from './malformed';

export const TAR_BLOCK = 512;

export type TarType = 'file' | 'link' | 'symlink' | 'character-device' | 'block-device' | 'folder' | 'fifo';
export type TarHeader = {
  name: string;
  target: string;
  size: number;
  type: TarType | 'pax' | 'pax-global' | 'long-name' | 'long-target' | string;
};

const TYPES: Record<string, string> = {
  '\0': 'file',
  '0': 'file',
  '1': 'link',
  '2': 'symlink',
  '3': 'character-device',
  '4': 'block-device',
  '5': 'folder',
  '6': 'fifo',
  '7': 'file',
  x: 'pax',
  g: 'pax-global',
  L: 'long-name',
  K: 'long-target',
};

/** Whether a block is the header of a tar entry: its checksum is right. */
export function isTarHeader(block: Uint8Array): boolean {
  if (block.length < TAR_BLOCK || block[257] !== 0x75 || block[258] !== 0x73 || block[259] !== 0x74) return false;
  return checksum(block) === octal(new ByteFields(block), 148, 8);
}

/** The header in a block; null when the block is empty (the end). Malformed when it is none. */
export function parseTarHeader(block: Uint8Array): TarHeader | null {
  if (block.every((byte) => byte === 0)) return null;
  if (!isTarHeader(block)) throw new Malformed('a header is damaged');
  const fields = new ByteFields(block);
  // GNU keeps times where ustar keeps the first part of a long name.
  const prefix = block[262] === 0 ? fields.text(345, 155) : '';
  const name = fields.text(0, 100);
  const flag = String.fromCharCode(fields.u8(156));
  const size = numberOf(fields, 124, 12);
  const type = TYPES[flag] ?? `unknown (${/[!-~]/.test(flag) ? flag : fields.u8(156)})`;
  const hasData = type === 'file' || type.startsWith('pax') || type.startsWith('long');
  return { name: prefix === '' ? name : `${prefix}/${name}`, target: fields.text(157, 100), size: hasData ? size : 0, type };
}

/** The records of a pax header ("27 path=some/file\n"). Malformed when they are none. */
export function parsePax(bytes: Uint8Array): Map<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at);
    const digits = space === -1 ? '' : new TextDecoder().decode(bytes.subarray(at, space));
    const length = /^\d{1,8}$/.test(digits) ? Number(digits) : 0;
    if (length <= digits.length + 2 || at + length > bytes.length) throw new Malformed('an extended header is damaged');
    const record = new TextDecoder().decode(bytes.subarray(space + 1, at + length - 1));
    const equals = record.indexOf('=');
    if (equals > 0) records.set(record.slice(0, equals), record.slice(equals + 1));
    at += length;
  }
  return records;
}

/** Octal digits, or GNU's binary numbers for what is larger. */
function numberOf(fields: ByteFields, at: number, length: number): number {
  const first = fields.u8(at);
  if ((first & 0x80) === 0) {
    const value = octal(fields, at, length);
    if (value === null) throw new Malformed('a number is none');
    return value;
  }
  if (first !== 0x80) throw new Malformed('a size is negative');
  let value = 0;
  for (let index = 1; index < length; index += 1) value = value * 256 + fields.u8(at + index);
  if (!Number.isSafeInteger(value)) throw new Malformed('a size is impossibly large');
  return value;
}

/** null: there are no octal digits. */
function octal(fields: ByteFields, at: number, length: number): number | null {
  const text = fields.text(at, length).trim();
  if (!/^[0-7]*$/.test(text)) return null;
  return text === '' ? 0 : Number.parseInt(text, 8);
}

function checksum(block: Uint8Array): number {
  let sum = 8 * 32;
  for (let index = 0; index < TAR_BLOCK; index += 1) if (index < 148 || index >= 156) sum += block[index] as number;
  return sum;
}
