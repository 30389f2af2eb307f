import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ImageRefused } from '#/domain/images/image-refused';
import { compressionOf } from '#/domain/images/image-words';
import { openUncompressed } from './open-uncompressed';

const folder = mkdtempSync(join(tmpdir(), 'fairlead-uncompressed-'));
const plain = join(folder, 'plain');
const content = Buffer.concat([randomBytes(300_000), Buffer.alloc(2_000_000, 'a'), randomBytes(70_000)]);
writeFileSync(plain, content);
afterAll(() => rmSync(folder, { recursive: true }));

/** Made by the real tools. */
function packed(tool: 'gzip' | 'xz' | 'zstd', ...options: string[]): Buffer {
  return execFileSync(tool, ['-c', ...options, plain], { maxBuffer: 64 * 1024 * 1024, stdio: ['ignore', 'pipe', 'ignore'] });
}

async function* inPieces(bytes: Uint8Array, size = 10_007): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function all(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

describe('openUncompressed', () => {
  const TOOLS = ['gzip', 'xz', 'zstd'] as const;

  it.each(TOOLS)('gives what %s packed, from a file and from a stream, also when two are one after the other', async (tool) => {
    const bytes = packed(tool);
    expect(compressionOf(bytes)).toBe(tool);
    const file = join(folder, `image.${tool}`);
    writeFileSync(file, bytes);
    expect((await all(openUncompressed(file, tool))).equals(content)).toBe(true);
    expect((await all(openUncompressed(inPieces(bytes), tool))).equals(content)).toBe(true);
    for (const size of [bytes.length, 97, 65_536]) {
      const twice = await all(openUncompressed(inPieces(Buffer.concat([bytes, bytes]), size), tool));
      expect(twice.equals(Buffer.concat([content, content])), `pieces of ${size} bytes`).toBe(true);
    }
  });

  it('takes the strongest setting of each tool', async () => {
    expect((await all(openUncompressed(inPieces(packed('xz', '-9e')), 'xz'))).equals(content)).toBe(true);
    expect((await all(openUncompressed(inPieces(packed('xz', '-T2', '--block-size=500000')), 'xz'))).equals(content)).toBe(true);
    expect((await all(openUncompressed(inPieces(packed('zstd', '--ultra', '-22')), 'zstd'))).equals(content)).toBe(true);
  });

  it.each(TOOLS)('refuses %s that is cut off or damaged', async (tool) => {
    const bytes = packed(tool);
    for (const length of [7, 1000, Math.floor(bytes.length / 2), bytes.length - 3]) {
      await expect(all(openUncompressed(inPieces(bytes.subarray(0, length)), tool)), `${length} bytes`).rejects.toThrow(ImageRefused);
    }
    const damaged = Buffer.from(bytes);
    damaged.writeUInt32LE((damaged.readUInt32LE(150_000) ^ 0xffffffff) >>> 0, 150_000);
    await expect(all(openUncompressed(inPieces(damaged), tool))).rejects.toThrow(ImageRefused);
    await expect(all(openUncompressed(inPieces(content), tool))).rejects.toThrow(/compressed, but/);
  });

  it.each(TOOLS)('calls %s damaged also when its reader takes its time', async (tool) => {
    const input = Buffer.concat([content.subarray(0, 150_000), Buffer.alloc(450_000)]);
    const bytes = execFileSync(tool, ['-c'], { input });
    // The check at its end, or the data before it.
    const at = tool === 'gzip' ? bytes.length - 6 : tool === 'zstd' ? bytes.length - 2 : 100_000;
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    const file = join(folder, `late.${tool}`);
    writeFileSync(file, bytes);
    for (let time = 0; time < 10; time += 1) {
      const slowly = async () => {
        for await (const _ of openUncompressed(file, tool))
          for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      };
      await expect(slowly()).rejects.toThrow(ImageRefused);
    }
  });

  it.each(TOOLS)('refuses what follows %s and is no more of it', async (tool) => {
    const whole = Buffer.concat([packed(tool), Buffer.from('not a part of it')]);
    for (const size of [whole.length, whole.length - 16]) {
      await expect(all(openUncompressed(inPieces(whole, size), tool)), `pieces of ${size} bytes`).rejects.toThrow(ImageRefused);
    }
  });

  it.each([...TOOLS, 'none'] as const)('stops when the reader of %s stops, and the next one works', async (tool) => {
    const bytes = tool === 'none' ? content : packed(tool);
    let ended = false;
    async function* watched() {
      try {
        yield* inPieces(bytes);
      } finally {
        ended = true;
      }
    }
    for await (const chunk of openUncompressed(watched(), tool)) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    await expect.poll(() => ended).toBe(true);
    expect((await all(openUncompressed(inPieces(bytes), tool))).equals(content)).toBe(true);
  });

  it.each(TOOLS)('throws the error of the source of %s as it is', async (tool) => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield packed(tool).subarray(0, 5000);
      throw new Error('the disk is gone');
    }
    await expect(all(openUncompressed(broken(), tool))).rejects.toThrow('the disk is gone');
    await expect(all(openUncompressed(join(folder, 'absent'), 'gzip'))).rejects.toMatchObject({ code: 'ENOENT' });
    expect(readFileSync(plain).equals(content)).toBe(true);
  });
});
