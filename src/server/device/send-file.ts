/** Sends a part of an open file as the body of an answer: reads ahead of the socket by one buffer, never further. */
import { read } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';

/** Large enough that a stream is limited by copying, small enough that a thousand slow devices cost little. */
const BUFFER_BYTES = 256 * 1024;

/**
 * Resolves when the last byte is with the kernel or the client has gone; both ends are inclusive. Rejects when the file
 * cannot be read; the connection is cut then, so that the client never takes a short body for a whole one.
 */
export async function sendFile(handle: FileHandle, start: number, end: number, response: ServerResponse): Promise<void> {
  const length = end - start + 1;
  if (length <= BUFFER_BYTES) {
    const chunk = Buffer.allocUnsafeSlow(length);
    await readFully(handle.fd, chunk, start, response);
    if (!response.destroyed) response.end(chunk);
    return;
  }
  const buffers = [Buffer.allocUnsafeSlow(BUFFER_BYTES), Buffer.allocUnsafeSlow(BUFFER_BYTES)] as const;
  const written: [Promise<void>, Promise<void>] = [Promise.resolve(), Promise.resolve()];
  for (let at = start, turn: 0 | 1 = 0; at <= end; turn = turn === 0 ? 1 : 0) {
    // This buffer is free again only when the socket has taken what it held.
    await written[turn];
    if (response.destroyed) return;
    const chunk = buffers[turn].subarray(0, Math.min(BUFFER_BYTES, end - at + 1));
    await readFully(handle.fd, chunk, at, response);
    if (response.destroyed) return;
    written[turn] = write(response, chunk);
    at += chunk.length;
  }
  await Promise.all(written);
  if (!response.destroyed) response.end();
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
