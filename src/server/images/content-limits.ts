/** How much a compressed file may unpack to, wherever a process of its own reads it. */
import { ImageRefused } from '#/domain/images/image-refused';

export type ContentLimits = {
  /** An image that is larger once it is uncompressed is refused. */
  maxContentBytes: number;
  /** Likewise one that grows more than this many times, once it is beyond `freeBytes`. */
  maxRatio: number;
  freeBytes: number;
};
export const CONTENT_LIMITS: ContentLimits = { maxContentBytes: 16 * 1024 ** 3, maxRatio: 1000, freeBytes: 256 * 1024 ** 2 };

/** The same bytes, of a file of `fileBytes`; throws ImageRefused at the first one too many. */
export async function* withinLimits(
  content: AsyncIterable<Uint8Array>,
  fileBytes: number,
  limits: ContentLimits,
): AsyncGenerator<Uint8Array> {
  let sizeBytes = 0;
  for await (const chunk of content) {
    sizeBytes += chunk.length;
    if (sizeBytes > limits.maxContentBytes) {
      throw new ImageRefused(`It has more than ${limits.maxContentBytes} bytes once it is uncompressed.`);
    }
    if (sizeBytes > limits.freeBytes && sizeBytes > limits.maxRatio * fileBytes) {
      throw new ImageRefused(`It grows to more than ${limits.maxRatio} times its size when it is uncompressed, as no real image does.`);
    }
    yield chunk;
  }
}
