/** Requests per minute and caller, counted in this process. Failed sign-ins have a budget of their own, per address. */
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { DomainError } from '#/domain/errors/domain-error';
import { getEnv } from '../config/env';

const WINDOW_S = 60;
/** Wrong or missing tokens per minute and address. */
export const FAILURES_PER_MINUTE = 60;

let callers: RateLimiterMemory | null = null;
const failures = new RateLimiterMemory({ points: FAILURES_PER_MINUTE, duration: WINDOW_S });

/** Takes one request from the caller's budget; the headers tell what is left. Throws RATE_LIMITED. */
export async function spendRequest(principal: string): Promise<Record<string, string>> {
  const points = getEnv().RATE_LIMIT_PER_MINUTE;
  callers ??= new RateLimiterMemory({ points, duration: WINDOW_S });
  return budgetHeaders(await spend(callers, principal, points), points);
}

/** Notes a failed authentication; throws RATE_LIMITED instead when the address has had too many. */
export async function spendFailure(ip: string | null): Promise<void> {
  await spend(failures, networkOf(ip), FAILURES_PER_MINUTE);
}

async function spend(limiter: RateLimiterMemory, key: string, points: number): Promise<RateLimiterRes> {
  try {
    return await limiter.consume(key);
  } catch (refused) {
    if (!(refused instanceof RateLimiterRes)) throw refused;
    const wait = Math.max(1, Math.ceil(refused.msBeforeNext / 1000));
    throw new DomainError('RATE_LIMITED', `Too many requests: at most ${points} in ${WINDOW_S} s.`, {
      limit: points,
      window_seconds: WINDOW_S,
      retry_after_seconds: wait,
    });
  }
}

function budgetHeaders(left: RateLimiterRes, points: number): Record<string, string> {
  return {
    'ratelimit-limit': String(points),
    'ratelimit-remaining': String(Math.max(0, left.remainingPoints)),
    'ratelimit-reset': String(Math.ceil(left.msBeforeNext / 1000)),
    'ratelimit-policy': `${points};w=${WINDOW_S}`,
  };
}

/** One household or host may hold a whole /64 of IPv6. */
export function networkOf(ip: string | null): string {
  if (ip === null) return 'unknown';
  return ip.includes(':') && !ip.includes('.') ? ip.split(':').slice(0, 4).join(':') : ip;
}
