/** The state of the list of releases in the URL. Shared by page and view. */
import { createLoader, parseAsString, parseAsStringLiteral } from 'nuqs/server';
import { RELEASE_STATES } from '#/domain/releases/release-machine';
import { CHANNELS } from '#/domain/settings/gateway-settings';

export const releaseListParsers = {
  q: parseAsString.withDefault(''),
  state: parseAsStringLiteral(RELEASE_STATES),
  channel: parseAsStringLiteral(CHANNELS),
};

export const loadReleaseListState = createLoader(releaseListParsers);
export type ReleaseListState = Awaited<ReturnType<typeof loadReleaseListState>>;

/** The input of `releases.list` for a state. */
export function releasesInput(state: ReleaseListState) {
  return {
    states: state.state === null ? undefined : [state.state],
    channel: state.channel ?? undefined,
    text: state.q.trim() || undefined,
    limit: 50,
  };
}
