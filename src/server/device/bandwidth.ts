/** Budgets of bandwidth: what all downloads of a gateway, and of a site, may take together in this process. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ArtifactReader } from './artifact-access';

/** After a pause a download may be ahead by this much. */
const BURST_MS = 250;
/** Slower would look like a dead connection. */
const LEAST_BYTES_PER_SECOND = 1024;
const LARGEST_BYTES = 256 * 1024;
const SMALLEST_BYTES = 1024;
const BUCKETS_KEPT = 10_000;

export type Clock = { nowMs(): number; waitUntil(ms: number): Promise<unknown> };

/** What one download draws from. */
export type Budget = {
  /** How much to take at once: small enough that others have their turn. */
  stepBytes: number;
  /** Resolves when these bytes may be sent. Who asks first goes first. */
  take(bytes: number): Promise<void>;
};

/** The instant from which the next bytes may go. */
type Bucket = { freeMs: number };

const SYSTEM_CLOCK: Clock = {
  nowMs: () => performance.now(),
  waitUntil: (ms) => sleep(Math.max(0, ms - performance.now())),
};

export function createBudgets(clock: Clock = SYSTEM_CLOCK) {
  const buckets = new Map<string, Bucket>();

  const bucketOf = (key: string): Bucket => {
    let bucket = buckets.get(key);
    if (!bucket) {
      if (buckets.size >= BUCKETS_KEPT)
        for (const [name, { freeMs }] of buckets) if (freeMs < clock.nowMs() - BURST_MS) buckets.delete(name);
      bucket = { freeMs: Number.NEGATIVE_INFINITY };
      buckets.set(key, bucket);
    }
    return bucket;
  };

  return {
    /** Null when neither the gateway nor its site has a limit. */
    budgetOf(reader: ArtifactReader): Budget | null {
      const limits: [string, number][] = [];
      if (reader.gatewayLimit !== null) limits.push([`gateway ${reader.gatewayId}`, reader.gatewayLimit]);
      if (reader.siteLimit !== null) limits.push([`site ${reader.siteId}`, reader.siteLimit]);
      if (limits.length === 0) return null;
      const rates = limits.map(([key, limit]) => [key, Math.max(LEAST_BYTES_PER_SECOND, limit)] as const);
      const slowest = Math.min(...rates.map(([, rate]) => rate));
      return {
        stepBytes: Math.min(LARGEST_BYTES, Math.max(SMALLEST_BYTES, Math.floor(slowest / 16))),
        async take(bytes) {
          const nowMs = clock.nowMs();
          let startMs = nowMs;
          for (const [key, rate] of rates) {
            const bucket = bucketOf(key);
            const fromMs = Math.max(bucket.freeMs, nowMs - BURST_MS);
            bucket.freeMs = fromMs + (bytes * 1000) / rate;
            startMs = Math.max(startMs, fromMs);
          }
          if (startMs > nowMs) await clock.waitUntil(startMs);
        },
      };
    },
  };
}

/** Those of this process. */
export const { budgetOf } = createBudgets();
