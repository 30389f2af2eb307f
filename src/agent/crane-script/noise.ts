/** Repeatable noise: a number in [0, 1) that depends on nothing but its coordinates. */
export function noiseAt(seed: number, ...coordinates: readonly number[]): number {
  let mixed = (seed ^ 0x9e3779b9) >>> 0;
  for (const coordinate of coordinates) mixed = scramble(mixed ^ Math.imul(coordinate | 0, 0x85ebca6b));
  return scramble(mixed) / 4_294_967_296;
}

/** Between `low` and `high`. */
export function between(low: number, high: number, noise: number): number {
  return low + (high - low) * noise;
}

/** Noise that changes gradually: one value per `periodMs`, straight lines in between. */
export function driftAt(seed: number, channel: number, timeMs: number, periodMs: number): number {
  const index = Math.floor(timeMs / periodMs);
  const share = timeMs / periodMs - index;
  return between(noiseAt(seed, channel, index), noiseAt(seed, channel, index + 1), share);
}

function scramble(value: number): number {
  let mixed = (value + 0x6d2b79f5) >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return (mixed ^ (mixed >>> 14)) >>> 0;
}
