/** Lets so many through at once; the others wait in line. A whole fleet that greets must not take every database connection. */
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
