/** Sends a stream as the body of an answer, no faster than the client takes it and its budget allows. */
import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type { Budget } from './bandwidth';

/**
 * Resolves when the last byte is with the kernel or the client has gone. Rejects when the stream fails; the connection is
 * cut then, so that the client never takes a short body for a whole one.
 */
export async function sendStream(stream: Readable, response: ServerResponse, budget: Budget | null): Promise<void> {
  const onClose = () => stream.destroy();
  response.once('close', onClose);
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      const step = budget?.stepBytes ?? chunk.length;
      for (let at = 0; at < chunk.length; at += step) {
        const part = chunk.subarray(at, at + step);
        await budget?.take(part.length);
        if (response.destroyed) return;
        await write(response, part);
      }
    }
    await end(response);
  } catch (error) {
    // The client has gone: that ended the stream, and is nobody's fault.
    if (response.destroyed) return;
    response.destroy();
    throw error;
  } finally {
    response.off('close', onClose);
    stream.destroy();
  }
}

function write(response: ServerResponse, chunk: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('close', done);
      response.off('drain', done);
      resolve();
    };
    // A destroyed response never drains.
    response.once('close', done);
    if (response.write(chunk)) done();
    else response.once('drain', done);
  });
}

function end(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (response.destroyed) return resolve();
    response.once('close', () => resolve());
    response.end(() => resolve());
  });
}
