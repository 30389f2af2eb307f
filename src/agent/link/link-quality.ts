/** How good the way to the server is, from probes over the session itself: round trip, share of lost probes, last sign of life. */
import type { SignalValue } from '../signals/signal-source';

export type LinkQuality = {
  /** Anything came from the server. */
  heard(): void;
  /** A probe goes out; the one before that is still open counts as lost. */
  probeSent(): void;
  probeAnswered(): void;
  /** There was no connection to probe. */
  probeImpossible(): void;
  measure(): SignalValue<'network_connectivity'>;
};

/** Loss is told over this many probes: one lost of twenty is 5 %. */
const WINDOW = 20;

export function createLinkQuality(monotonicMs: () => number): LinkQuality {
  const outcomes: boolean[] = [];
  let openSinceMs: number | null = null;
  let rttMs: number | null = null;
  let heardAtMs: number | null = null;

  const note = (answered: boolean) => {
    outcomes.push(answered);
    if (outcomes.length > WINDOW) outcomes.shift();
  };

  return {
    heard() {
      heardAtMs = monotonicMs();
    },
    probeSent() {
      if (openSinceMs !== null) note(false);
      openSinceMs = monotonicMs();
    },
    probeAnswered() {
      if (openSinceMs === null) return;
      rttMs = monotonicMs() - openSinceMs;
      openSinceMs = null;
      note(true);
    },
    probeImpossible() {
      openSinceMs = null;
      rttMs = null;
      note(false);
    },
    measure() {
      const lost = outcomes.filter((answered) => !answered).length;
      return {
        rttMs: rttMs === null ? null : Math.round(rttMs * 10) / 10,
        lossPercent: outcomes.length === 0 ? 0 : (lost * 100) / WINDOW,
        sessionAgeMs: heardAtMs === null ? null : Math.round(monotonicMs() - heardAtMs),
      };
    },
  };
}
