/** Failed sign-ins per address: the lock-out guards one account, this the processor and the audit trail against a flood over many. */
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { networkOf } from '../rest/rate-limit';

/** A whole site may sit behind one address. */
export const FAILED_SIGN_INS_PER_MINUTE = 60;
const WINDOW_S = 60;

const failures = new RateLimiterMemory({ points: FAILED_SIGN_INS_PER_MINUTE, duration: WINDOW_S });

/** Runs an attempt, unless too many from its address have failed: null then. Counted before, so that a burst cannot outrun it. */
export async function withinBudget<T extends { ok: boolean }>(ip: string | null, attempt: () => Promise<T>): Promise<T | null> {
  const key = networkOf(ip);
  const admitted = await failures.consume(key).then(
    () => true,
    () => false,
  );
  if (!admitted) return null;
  const result = await attempt();
  if (result.ok) await failures.reward(key);
  return result;
}
