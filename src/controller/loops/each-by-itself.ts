import { logger } from '#/server/config/logger';

/** One after another; what one of them cannot do (a broken setting, a race) does not keep the others from their turn. Sum of what they return. */
export async function eachByItself<T extends { id: string }>(
  what: string,
  items: readonly T[],
  task: (item: T) => Promise<number>,
): Promise<number> {
  let sum = 0;
  for (const item of items) {
    try {
      sum += await task(item);
    } catch (error) {
      logger.warn(
        { loop: what, id: item.id, reason: (error as Error).message.slice(-300) },
        'controller: one of many failed, it comes again',
      );
    }
  }
  return sum;
}
