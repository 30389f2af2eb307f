/** The life of a release as tables: draft, published, withdrawn; and the channels that it is promoted through. */
import type { Channel } from '../settings/gateway-settings';

export const RELEASE_STATES = ['draft', 'published', 'withdrawn'] as const;
export type ReleaseState = (typeof RELEASE_STATES)[number];

export const RELEASE_VERBS = ['edit', 'publish', 'promote', 'withdraw'] as const;
export type ReleaseVerb = (typeof RELEASE_VERBS)[number];

/** A withdrawn release never comes back: its version is used up. */
export const RELEASE_TRANSITIONS: Record<ReleaseState, Partial<Record<ReleaseVerb, ReleaseState>>> = {
  draft: { edit: 'draft', publish: 'published', withdraw: 'withdrawn' },
  published: { promote: 'published', withdraw: 'withdrawn' },
  withdrawn: {},
};

/** The state after a verb, or null when the table does not allow it. */
export function applyReleaseVerb(state: ReleaseState, verb: ReleaseVerb): ReleaseState | null {
  return RELEASE_TRANSITIONS[state][verb] ?? null;
}

/** The next more stable channel; null: there is none. Nothing goes backwards. */
export const PROMOTED_TO: Record<Channel, Channel | null> = { nightly: 'beta', beta: 'stable', stable: null };

/** Narrows the text of a row; an unknown word is treated as withdrawn: nothing is done with it. */
export function releaseStateOf(text: string): ReleaseState {
  return RELEASE_STATES.find((one) => one === text) ?? 'withdrawn';
}
