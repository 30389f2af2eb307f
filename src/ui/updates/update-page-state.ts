/** The state of "Update now" in the URL: a link shows the same release, strategy and options. Shared by page and view. */
import { createLoader, parseAsBoolean, parseAsInteger, parseAsString, parseAsStringLiteral } from 'nuqs/server';
import { INSTALL_STRATEGIES } from '#/domain/jobs/job-options';

export const updateParsers = {
  release: parseAsString,
  /** Null: the strategy of the gateway's settings. */
  strategy: parseAsStringLiteral(INSTALL_STRATEGIES),
  reboot: parseAsBoolean.withDefault(true),
  delay: parseAsInteger.withDefault(0),
};

export const loadUpdateState = createLoader(updateParsers);
export type UpdateState = Awaited<ReturnType<typeof loadUpdateState>>;

/** Longest delay of a reboot, seconds; as on the server. */
export const MAX_DELAY_SECONDS = 3600;

/** A delay from the URL or a text box within what the server takes. */
export function soundDelay(seconds: number): number {
  return Number.isFinite(seconds) ? Math.min(MAX_DELAY_SECONDS, Math.max(0, Math.round(seconds))) : 0;
}
