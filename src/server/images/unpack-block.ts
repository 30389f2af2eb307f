/** Uncompresses the blocks of a SquashFS. LZO, LZ4 and LZMA have no decompressor here: what lies in such an image stays unknown. */
import { constants, inflateSync, zstdDecompressSync } from 'node:zlib';
import { ImageRefused } from '#/domain/images/image-refused';
import { Malformed } from '#/domain/images/malformed';
import type { UnpackBlock } from '#/domain/images/squashfs-blocks';
import { openUncompressed } from '#/unpack/open-uncompressed';

export const unpackBlock: UnpackBlock = async (compressor, bytes, maxBytes) => {
  if (compressor === 'xz') return unpackXz(bytes, maxBytes);
  try {
    if (compressor === 'gzip') return inflateSync(bytes, { maxOutputLength: maxBytes });
    if (compressor === 'zstd')
      return zstdDecompressSync(bytes, { maxOutputLength: maxBytes, params: { [constants.ZSTD_d_windowLogMax]: 21 } });
  } catch {
    throw new Malformed('a block cannot be uncompressed');
  }
  throw new Malformed(`a block is ${compressor} compressed`);
};

async function unpackXz(bytes: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const part of openUncompressed(once(bytes), 'xz')) {
      parts.push(part);
      length += part.length;
      if (length > maxBytes) throw new Malformed('a block is too large');
    }
  } catch (error) {
    throw error instanceof ImageRefused ? new Malformed('a block cannot be uncompressed') : error;
  }
  return Buffer.concat(parts);
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
