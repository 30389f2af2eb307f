/** Wake-ups over LISTEN/NOTIFY: they name what is stale, never the new value. Losing one costs latency only. */
import type { Tx } from './client';

export const HINT_CHANNEL = 'fairlead_hint';
/** Progress is a stream and carries data: batches of LiveProgress, at most 7,900 bytes each. */
export const PROGRESS_CHANNEL = 'fairlead_progress';

export type Hint =
  | { kind: 'outbox'; gatewayId: string }
  | { kind: 'job'; jobId: string; gatewayId: string; siteId: string }
  | { kind: 'gateway'; gatewayId: string; siteId: string }
  | { kind: 'telemetry'; gatewayIds: string[] }
  | { kind: 'override'; gatewayId: string; siteId: string }
  | { kind: 'alarm'; alarmId: string; gatewayId: string | null; siteId: string }
  | { kind: 'settings'; gatewayId: string; siteId: string }
  | { kind: 'stream'; eventId: string; gatewayId: string; siteId: string };

/** Notifies listeners when the transaction commits. */
export async function hint(tx: Tx, value: Hint): Promise<void> {
  await tx.$executeRaw`SELECT pg_notify(${HINT_CHANNEL}, ${JSON.stringify(value)})`;
}

/** One job's newest progress as it travels on PROGRESS_CHANNEL (short keys: NOTIFY is limited to 8,000 bytes). */
export type LiveProgress = {
  /** job id */ j: string;
  /** gateway id */ g: string;
  /** site id */ s: string;
  /** job state */ st: string;
  /** percent */ p: number;
  /** bytes done */ b: number;
  /** bytes total */ t: number;
  /** bytes per second */ v: number;
  /** progress seq */ q: number;
  /** when the agent said it, ms since the epoch */ at: number;
};
