import { describe, expect, it } from 'vitest';
import { CHANNELS } from '../settings/gateway-settings';
import { applyReleaseVerb, PROMOTED_TO, RELEASE_STATES, RELEASE_VERBS, releaseStateOf } from './release-machine';

describe('the life of a release', () => {
  it('allows exactly these steps', () => {
    const allowed = RELEASE_STATES.flatMap((state) =>
      RELEASE_VERBS.flatMap((verb) => {
        const next = applyReleaseVerb(state, verb);
        return next === null ? [] : [`${state} ${verb} ${next}`];
      }),
    );
    expect(allowed).toEqual([
      'draft edit draft',
      'draft publish published',
      'draft withdraw withdrawn',
      'published promote published',
      'published withdraw withdrawn',
    ]);
  });

  it('promotes towards stable only', () => {
    const rank = { nightly: 0, beta: 1, stable: 2 };
    for (const channel of CHANNELS) {
      const next = PROMOTED_TO[channel];
      if (next === null) expect(channel).toBe('stable');
      else expect(rank[next]).toBe(rank[channel] + 1);
    }
  });

  it('does nothing with a state that it does not know', () => {
    expect(releaseStateOf('archived')).toBe('withdrawn');
  });
});
