import { DomainError } from '#/domain/errors/domain-error';

/** The result, or SERVICE_UNAVAILABLE after the time; work that still runs then goes on unseen. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new DomainError('SERVICE_UNAVAILABLE', `There was no answer within ${ms / 1000} s.`)), ms);
  });
  // Whatever loses the race must not become an unhandled rejection.
  work.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
