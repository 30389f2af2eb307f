/** Lets so many through at once; the others wait in line, and who ends hands over its place. */
export type Turnstile = { pass<T>(task: () => Promise<T>): Promise<T> };

export function createTurnstile(places: number): Turnstile {
  let free = places;
  const line: (() => void)[] = [];
  return {
    async pass(task) {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => line.push(resolve));
      try {
        return await task();
      } finally {
        const next = line.shift();
        if (next) next();
        else free += 1;
      }
    },
  };
}
