/** Sends a part of an open file as the body of an answer: reads ahead of the socket by one buffer, never further. */
import { read, readSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';

/** Large enough that a stream is limited by copying, small enough that a thousand slow devices cost little. */
const BUFFER_BYTES = 256 * 1024;
/** Buffers that are kept for the next request: fresh memory costs more than the copy into it. */
const KEPT_BUFFERS = 32;
/** Ranges up to this are read without the thread pool while that is quick. */
const INLINE_BYTES = 128 * 1024;
const SLOW_READ_MS = 5;
const AVOID_INLINE_MS = 1000;

const kept: Buffer[] = [];
let inlineAgainAtMs = 0;

/**
 * Resolves when the last byte is with the kernel or the client has gone; both ends are inclusive. Rejects when the file
 * cannot be read; the connection is cut then, so that the client never takes a short body for a whole one.
 */
export async function sendFile(handle: FileHandle, start: number, end: number, response: ServerResponse): Promise<void> {
  const buffers: Buffer[] = [];
  const free = () => {
    const buffer = kept.pop() ?? Buffer.allocUnsafeSlow(BUFFER_BYTES);
    buffers.push(buffer);
    return buffer;
  };
  const done =
    end - start < BUFFER_BYTES ? sendPart(handle, start, end, response, free()) : sendLong(handle, start, end, response, [free(), free()]);
  // What a broken connection has not taken may still be read by the kernel: such a buffer is left to the garbage collector.
  if (await done) for (const buffer of buffers) if (kept.length < KEPT_BUFFERS) kept.push(buffer);
}

/** True when the kernel has taken everything. */
async function sendPart(handle: FileHandle, start: number, end: number, response: ServerResponse, buffer: Buffer): Promise<boolean> {
  const chunk = buffer.subarray(0, end - start + 1);
  if (!readInline(handle.fd, chunk, start)) await readFully(handle.fd, chunk, start, response);
  return finish(response, chunk);
}

async function sendLong(
  handle: FileHandle,
  start: number,
  end: number,
  response: ServerResponse,
  buffers: [Buffer, Buffer],
): Promise<boolean> {
  const written: [Promise<void>, Promise<void>] = [Promise.resolve(), Promise.resolve()];
  for (let at = start, turn: 0 | 1 = 0; at <= end; turn = turn === 0 ? 1 : 0) {
    // This buffer is free again only when the socket has taken what it held.
    await written[turn];
    if (response.destroyed) return false;
    const chunk = buffers[turn].subarray(0, Math.min(BUFFER_BYTES, end - at + 1));
    await readFully(handle.fd, chunk, at, response);
    if (response.destroyed) return false;
    written[turn] = write(response, chunk);
    at += chunk.length;
  }
  await Promise.all(written);
  return finish(response);
}

/**
 * Reads a small range on the spot: from the page cache that takes a tenth of the way through the thread pool. A read that
 * was slow, because the disk had to move, sends the next ones through the pool.
 */
function readInline(fd: number, target: Buffer, position: number): boolean {
  const beganMs = performance.now();
  if (target.length > INLINE_BYTES || beganMs < inlineAgainAtMs) return false;
  const bytes = readSync(fd, target, 0, target.length, position);
  const endedMs = performance.now();
  if (endedMs - beganMs > SLOW_READ_MS) inlineAgainAtMs = endedMs + AVOID_INLINE_MS;
  return bytes === target.length;
}

function write(response: ServerResponse, chunk: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('close', done);
      resolve();
    };
    // A destroyed response may never call back.
    response.once('close', done);
    response.write(chunk, done);
  });
}

/** Ends the answer. True when everything is with the kernel, false when the client has gone before. */
function finish(response: ServerResponse, chunk?: Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    if (response.destroyed) return resolve(false);
    // 'close' follows 'finish' on an orderly end.
    response.once('close', () => resolve(false));
    response.end(chunk, () => resolve(!response.destroyed));
  });
}

async function readFully(fd: number, target: Buffer, position: number, response: ServerResponse): Promise<void> {
  let filled = 0;
  while (filled < target.length) {
    const bytes = await readOnce(fd, target, filled, position + filled);
    if (bytes === 0) {
      response.destroy();
      throw new Error('an image is shorter than it was');
    }
    filled += bytes;
  }
}

function readOnce(fd: number, target: Buffer, offset: number, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(fd, target, offset, target.length - offset, position, (error, bytes) => (error ? reject(error) : resolve(bytes)));
  });
}
