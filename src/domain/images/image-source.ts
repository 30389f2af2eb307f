/** Reading an image at any place, within its bounds and within a budget: the parsers ask for nothing else. */
import { ImageRefused } from './image-refused';
import { Malformed } from './malformed';

/** Bytes that can be read at any place. `read` is only called within [0, sizeBytes) and gives exactly `length` bytes. */
export type ImageSource = {
  readonly sizeBytes: number;
  read(position: number, length: number): Promise<Uint8Array>;
};

/** What the look at one image may cost: a crafted one could otherwise send the parsers round for ever. */
export const READ_BUDGET = { reads: 20_000, bytes: 128 * 1024 * 1024 } as const;

/** As many of `length` bytes at `position` as there are. */
export async function readUpTo(source: ImageSource, position: number, length: number): Promise<Uint8Array> {
  if (!Number.isSafeInteger(position) || position < 0 || position >= source.sizeBytes || length <= 0) return new Uint8Array(0);
  return source.read(position, Math.min(length, source.sizeBytes - position));
}

/** Exactly `length` bytes at `position`; throws Malformed when the source has not so many. */
export async function readExactly(source: ImageSource, position: number, length: number): Promise<Uint8Array> {
  const bytes = await readUpTo(source, position, length);
  if (bytes.length !== length) throw new Malformed('points outside');
  return bytes;
}

/** A part of a source, such as a partition, cut at the end of the source. */
export function partOf(source: ImageSource, start: number, sizeBytes: number): ImageSource {
  const size = Math.max(0, Math.min(sizeBytes, source.sizeBytes - start));
  return { sizeBytes: size, read: (position, length) => source.read(start + position, length) };
}

/** The same source, refusing the image once it has cost more than the budget. */
export function budgeted(source: ImageSource, budget: { reads: number; bytes: number } = READ_BUDGET): ImageSource {
  let { reads, bytes } = budget;
  return {
    sizeBytes: source.sizeBytes,
    read(position, length) {
      reads -= 1;
      bytes -= length;
      if (reads < 0 || bytes < 0) throw new ImageRefused('Its structures are so tangled that they cannot be read in reasonable time.');
      return source.read(position, length);
    },
  };
}
