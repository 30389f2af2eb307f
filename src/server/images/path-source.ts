/** A local file as a source that can be read at any place. */
import { type FileHandle, open } from 'node:fs/promises';
import type { ImageSource } from '#/domain/images/image-source';

/** Opens the file, and closes it when `use` is done. */
export async function withPathSource<T>(path: string, use: (source: ImageSource) => Promise<T>): Promise<T> {
  const handle = await open(path, 'r');
  try {
    return await use(await sourceOf(handle));
  } finally {
    await handle.close();
  }
}

async function sourceOf(handle: FileHandle): Promise<ImageSource> {
  const { size } = await handle.stat();
  return {
    sizeBytes: size,
    async read(position, length) {
      const bytes = new Uint8Array(length);
      for (let have = 0; have < length; ) {
        const { bytesRead } = await handle.read(bytes, have, length - have, position + have);
        if (bytesRead === 0) throw new Error('the image became shorter while it was read');
        have += bytesRead;
      }
      return bytes;
    },
  };
}
