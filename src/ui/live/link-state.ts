/** State of the tab's live stream as a pure reducer. */
export type LinkState = {
  status: 'connecting' | 'live' | 'lost';
  /** When anything, at least a beat, was last received; browser clock. */
  lastHeardAtMs: number | null;
  lostAtMs: number | null;
};

/** `heard`: something arrived; `lost`: the stream broke. A stream that was never up is still connecting. */
export function nextLinkState(before: LinkState, signal: 'heard' | 'lost', nowMs: number): LinkState {
  if (signal === 'heard') return { status: 'live', lastHeardAtMs: nowMs, lostAtMs: null };
  if (before.status === 'connecting') return { ...before, lostAtMs: before.lostAtMs ?? nowMs };
  return { ...before, status: 'lost', lostAtMs: before.lostAtMs ?? nowMs };
}
