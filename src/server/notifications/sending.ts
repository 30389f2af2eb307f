/** What is sent, and what came of one attempt; the same for every type of channel. */
export type OutgoingMessage = {
  /** The same at every attempt: receivers know a repetition by it. */
  id: string;
  topic: string;
  createdAt: Date;
  payload: Record<string, unknown>;
};

export type Attempt = {
  ok: boolean;
  /** HTTP or SMTP status; null when there was no answer. */
  status: number | null;
  latencyMs: number;
  error: string | null;
};

export const SEND_TIMEOUT_MS = 10_000;
