/** Reads the content of an image as a stream of bytes, whatever it is compressed with. The memory does not grow with the image. */
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { constants, createGunzip, createZstdDecompress, type ZstdDecompress } from 'node:zlib';
import * as xz from 'xz-decompress';
import { ImageRefused } from '#/domain/images/image-refused';
import type { ImageCompression } from '#/domain/images/image-words';

// A script whose exports Node does not see as names when it is imported. Not by require: the agent's bundle must hold it.
const { XzReadableStream } = (xz as unknown as { default: typeof xz }).default;

const CHUNK_BYTES = 256 * 1024;
/** As `zstd` itself allows without --long: a frame that wants more memory than 128 MiB is refused. */
const ZSTD_WINDOW_LOG = 27;

/**
 * The uncompressed bytes of a local file or a stream. Throws ImageRefused when they cannot be decompressed (damaged, cut
 * off, other than its name says); an error of the file or stream itself is thrown as it is. Ends early without a leak
 * when the consumer stops.
 */
export async function* openUncompressed(
  source: string | AsyncIterable<Uint8Array>,
  compression: ImageCompression,
): AsyncGenerator<Uint8Array> {
  const input =
    typeof source === 'string' ? createReadStream(source, { highWaterMark: CHUNK_BYTES }) : Readable.from(source, { objectMode: false });
  let fault: Error | null = null;
  // Remembered: the decompressor reports an error of its source as its own.
  input.once('error', (error: Error) => {
    fault = error;
  });
  try {
    yield* compression === 'xz'
      ? unpackXz(input)
      : compression === 'none'
        ? input
        : compression === 'gzip'
          ? unpackGzip(input)
          : unpackZstd(input);
  } catch (error) {
    if (fault !== null || compression === 'none') throw fault ?? error;
    throw new ImageRefused(`It is ${compression} compressed, but ${faultOf(error as Error)}.`);
  } finally {
    input.destroy();
  }
}

async function* unpackGzip(input: Readable): AsyncGenerator<Uint8Array> {
  const unpack = createGunzip({ chunkSize: CHUNK_BYTES });
  // Not by pipeline, which would end the input with an error of the decompressor, as if it were the input's own.
  input.once('error', (error) => unpack.destroy(error));
  input.once('close', () => {
    if (!input.readableEnded) unpack.destroy();
  });
  input.pipe(unpack);
  try {
    yield* unpack;
  } finally {
    unpack.destroy();
  }
}

/** Node's decoder ends with the first frame, and a file may have many (pzstd makes them): each one gets a decoder. */
async function* unpackZstd(input: Readable): AsyncGenerator<Uint8Array> {
  const chunks: AsyncIterator<Uint8Array> = input[Symbol.asyncIterator]();
  let next = await chunks.next();
  do {
    const unpack = createZstdDecompress({ chunkSize: CHUNK_BYTES, params: { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG } });
    const feeding = feedFrame(unpack, next, chunks);
    // Its error is thrown where it is awaited.
    feeding.catch(() => undefined);
    try {
      yield* unpack;
    } finally {
      unpack.destroy();
    }
    next = await feeding;
  } while (!next.done);
}

/** Writes chunks until the frame or the input ends; what is left for the next frame. */
async function feedFrame(
  unpack: ZstdDecompress,
  first: IteratorResult<Uint8Array>,
  chunks: AsyncIterator<Uint8Array>,
): Promise<IteratorResult<Uint8Array>> {
  const over = new Promise<void>((resolve) => unpack.once('close', resolve));
  let given = 0;
  try {
    for (let next = first; !next.done; next = await chunks.next()) {
      const chunk = next.value;
      given += chunk.length;
      await Promise.race([over, new Promise((resolve) => unpack.write(chunk, resolve))]);
      // What it did not take lies behind the end of the frame.
      if (unpack.bytesWritten < given) return { done: false, value: chunk.subarray(chunk.length - (given - unpack.bytesWritten)) };
    }
    unpack.end();
    return { done: true, value: undefined };
  } catch (error) {
    unpack.destroy(error as Error);
    throw error;
  }
}

async function* unpackXz(input: Readable): AsyncGenerator<Uint8Array> {
  const reader = new XzReadableStream(bytesOf(input)).getReader();
  let open = true;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (value.length > 0) yield value;
    }
    open = false;
  } catch (error) {
    // A stream that failed has freed its decoder already.
    open = false;
    throw error;
  } finally {
    // The package decodes one stream at a time: one that is left open would stop all others for ever.
    if (open) await reader.cancel().catch(() => undefined);
  }
}

/** The bytes of `input` as the package takes them; it asks for one chunk at a time. */
function bytesOf(input: Readable): ReadableStream<Uint8Array> {
  const chunks = input[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(value as Uint8Array);
      },
      cancel() {
        input.destroy();
      },
    },
    { highWaterMark: 0 },
  );
}

/** What the decompressors say, for people. */
function faultOf(error: Error & { code?: string }): string {
  if (error.code === 'Z_BUF_ERROR' || error.code === 'ERR_STREAM_PREMATURE_CLOSE') return 'it is cut off';
  if (error.code === 'ZSTD_error_frameParameter_windowTooLarge') return 'it needs more than 128 MiB of memory to be decompressed';
  const xz = /error code (\d+)/.exec(error.message)?.[1];
  if (xz === '4') return 'it needs too much memory to be decompressed';
  if (xz === '6') return 'it uses a check or a filter that is not supported (use xz with CRC32 or CRC64, without filters)';
  if (xz === '8' || error instanceof TypeError) return 'it is cut off';
  return 'its data are damaged';
}
