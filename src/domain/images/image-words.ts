/** What an image may be, in the contract's words (POST /upload/verify). */
export const IMAGE_FORMATS = ['raw', 'squashfs', 'tar'] as const;
export type ImageFormat = (typeof IMAGE_FORMATS)[number];

export const IMAGE_COMPRESSIONS = ['none', 'gzip', 'xz', 'zstd'] as const;
export type ImageCompression = (typeof IMAGE_COMPRESSIONS)[number];

/** How a file is compressed, from its first six bytes. */
export function compressionOf(head: Uint8Array): ImageCompression {
  const starts = (...bytes: number[]) => head.length >= bytes.length && bytes.every((byte, index) => head[index] === byte);
  if (starts(0x1f, 0x8b, 0x08)) return 'gzip';
  if (starts(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00)) return 'xz';
  if (starts(0x28, 0xb5, 0x2f, 0xfd)) return 'zstd';
  return 'none';
}
