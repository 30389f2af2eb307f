/**
 * Buffers that a stream leaves behind lie outside of V8's heap, which therefore sees no reason to collect them before there are
 * 64 MB of them. Where the process was started with little memory (lean-memory.ts), it is told earlier.
 */

const MINOR_EVERY_BYTES = 4 * 2 ** 20;
const MAJOR_EVERY_BYTES = 8 * 2 ** 20;
let [sinceMinor, sinceMajor] = [0, 0];

/** So many bytes of buffers are not needed any more. */
export function leftBehind(bytes: number): void {
  sinceMinor += bytes;
  sinceMajor += bytes;
  if (sinceMinor < MINOR_EVERY_BYTES) return;
  sinceMinor = 0;
  const type = sinceMajor < MAJOR_EVERY_BYTES ? 'minor' : 'major';
  if (type === 'major') sinceMajor = 0;
  globalThis.gc?.({ type, execution: 'sync' });
}
