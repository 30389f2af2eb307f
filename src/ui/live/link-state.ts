/** State of the tab's live stream as a pure reducer. */
export type LinkState = {
  status: 'connecting' | 'live' | 'lost';
  /** When anything, at least a beat, was last received; browser clock. */
  lastHeardAtMs: number | null;
  lostAtMs: number | null;
};

/** The first connection may fail this long before the page says that there is none. */
const PATIENCE_MS = 8_000;

/** `heard`: something arrived; `lost`: the stream broke. A stream that was never up gets a little patience. */
export function nextLinkState(before: LinkState, signal: 'heard' | 'lost', nowMs: number): LinkState {
  if (signal === 'heard') return { status: 'live', lastHeardAtMs: nowMs, lostAtMs: null };
  const lostAtMs = before.lostAtMs ?? nowMs;
  const patient = before.status === 'connecting' && nowMs - lostAtMs < PATIENCE_MS;
  return { ...before, status: patient ? 'connecting' : 'lost', lostAtMs };
}
