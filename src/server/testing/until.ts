/** Waits for a condition, for tests: resolves with the first value that is neither false nor null nor undefined. */
export async function until<T>(read: () => T | Promise<T>, withinMs = 80_000): Promise<NonNullable<Exclude<T, false>>> {
  const endMs = Date.now() + withinMs;
  for (;;) {
    const value = await read();
    if (value !== false && value !== null && value !== undefined) return value as NonNullable<Exclude<T, false>>;
    if (Date.now() > endMs) throw new Error(`the condition did not come true within ${withinMs} ms: ${read}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
