/** Where all looks of this program pass that have a process of their own. */
import { createTurnstile, type Turnstile } from '../turnstile/turnstile';

/** A program has its inspector's memory and scratch file this many times at most. Pages and requests are bundled apart, hence global. */
const AT_A_TIME = 2;
const globalForLooks = globalThis as { fairleadLooks?: Turnstile };
globalForLooks.fairleadLooks ??= createTurnstile(AT_A_TIME);
export const looks = globalForLooks.fairleadLooks;
