import { describe, expect, it } from 'vitest';
import { type LinkState, nextLinkState } from './link-state';

const START: LinkState = { status: 'connecting', lastHeardAtMs: null, lostAtMs: null };

describe('link state', () => {
  it('keeps the first moment of a loss through failing retries, and clears it when something arrives', () => {
    const live = nextLinkState(START, 'heard', 1_000);
    const lost = nextLinkState(nextLinkState(live, 'lost', 5_000), 'lost', 9_000);
    expect(lost).toEqual({ status: 'lost', lastHeardAtMs: 1_000, lostAtMs: 5_000 });
    expect(nextLinkState(lost, 'heard', 12_000)).toEqual({ status: 'live', lastHeardAtMs: 12_000, lostAtMs: null });
  });

  it('is patient with the first connection, but not for ever', () => {
    const failing = nextLinkState(START, 'lost', 1_000);
    expect(failing.status).toBe('connecting');
    expect(nextLinkState(failing, 'lost', 5_000).status).toBe('connecting');
    expect(nextLinkState(failing, 'lost', 9_500)).toMatchObject({ status: 'lost', lostAtMs: 1_000 });
  });
});
