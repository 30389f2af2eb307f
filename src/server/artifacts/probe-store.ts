import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { incomingFolder } from './artifact-folder';
import type { BlobKeeper } from './artifact-store';

/** Writes a blob of random bytes, reads it back and removes it. Throws an error that says what is wrong. */
export async function probeStore(keeper: BlobKeeper): Promise<void> {
  const bytes = randomBytes(256);
  const blob = { sha256: createHash('sha256').update(bytes).digest('hex'), sizeBytes: bytes.length };
  const path = join(incomingFolder(), `part-${randomUUID()}`);
  try {
    await mkdir(incomingFolder(), { recursive: true });
    await writeFile(path, bytes, { flag: 'wx' });
    await keeper.adopt(path, blob);
    const opened = await keeper.open(blob.sha256);
    if (!opened) throw new Error('what was written is not there');
    try {
      const parts: Uint8Array[] = [];
      for await (const part of opened.read(1, bytes.length - 1)) parts.push(part as Uint8Array);
      if (!Buffer.concat(parts).equals(bytes.subarray(1))) throw new Error('what is read is not what was written');
    } finally {
      opened.release();
    }
  } finally {
    await rm(path, { force: true }).catch(() => undefined);
    await keeper.remove(blob.sha256).catch(() => undefined);
  }
}
