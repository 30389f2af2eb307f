/** Numbers and texts at fixed places of a structure; Malformed instead of a read outside. */
import { Malformed } from './malformed';

const utf8 = new TextDecoder();

export class ByteFields {
  private readonly view: DataView;

  constructor(
    readonly bytes: Uint8Array,
    private readonly order: 'little' | 'big' = 'little',
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u8(at: number): number {
    return this.view.getUint8(this.within(at, 1));
  }

  u16(at: number): number {
    return this.view.getUint16(this.within(at, 2), this.order === 'little');
  }

  i16(at: number): number {
    return this.view.getInt16(this.within(at, 2), this.order === 'little');
  }

  u32(at: number): number {
    return this.view.getUint32(this.within(at, 4), this.order === 'little');
  }

  /** 64 bits; Malformed beyond 2^53, where nothing in an image can lie. */
  u64(at: number): number {
    const value = this.view.getBigUint64(this.within(at, 8), this.order === 'little');
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new Malformed('a number is impossibly large');
    return Number(value);
  }

  slice(at: number, length: number): Uint8Array {
    return this.bytes.subarray(this.within(at, length), at + length);
  }

  /** Text of a fixed place, up to its first NUL. */
  text(at: number, length: number): string {
    const bytes = this.slice(at, length);
    const end = bytes.indexOf(0);
    return utf8.decode(end === -1 ? bytes : bytes.subarray(0, end));
  }

  private within(at: number, length: number): number {
    if (!(at >= 0 && length >= 0 && at + length <= this.bytes.length)) throw new Malformed('a structure is cut off');
    return at;
  }
}

/** Sixteen bytes as a UUID is written; null when they are all zero. */
export function uuidText(bytes: Uint8Array): string | null {
  if (bytes.every((byte) => byte === 0)) return null;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** Text from an image as it may be kept and shown: printable, trimmed, of bounded length; null when nothing is left. */
export function shownText(text: string, longest = 200): string | null {
  const shown = text
    .replace(/[\p{C}\ufffd]/gu, '')
    .trim()
    .slice(0, longest);
  return shown === '' ? null : shown;
}
