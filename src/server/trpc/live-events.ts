/** What a live stream tells the browser: what is stale, or progress itself. Types only; both ends import this. */

export type LiveEvent =
  /** Every ten seconds: the stream is alive. `atMs` is the server's time. */
  | { kind: 'beat'; atMs: number }
  /** First after a reconnection: hints may have been missed, read everything again. */
  | { kind: 'resync' }
  | {
      kind: 'stale';
      topic: 'job' | 'gateway' | 'override' | 'alarm' | 'settings' | 'telemetry' | 'stream';
      gatewayIds: string[];
      jobId: string | null;
    }
  | { kind: 'progress'; jobs: LiveJobProgress[] };

export type LiveJobProgress = {
  jobId: string;
  gatewayId: string;
  state: string;
  percent: number;
  bytesDone: number;
  bytesTotal: number;
  bytesPerSecond: number;
  /** The agent's counter: a lower one never replaces a higher one. */
  progressSeq: number;
  atMs: number;
};
