/** What a gateway does by itself about the updates that are on offer for it (contract: Settings, auto_update). Pure. */
import type { GatewaySettingsBody } from '../settings/gateway-settings';

export type AutoCandidate = { id: string; type: string; compatible: boolean; signature: string };
/** An earlier job of a release on this gateway, whoever ordered it. */
export type AutoTry = { releaseId: string; state: string; finishedAtMs: number; superseded: boolean };
export type AutoInput = {
  settings: GatewaySettingsBody['auto_update'];
  /** Newest first. */
  updates: readonly AutoCandidate[];
  tries: readonly AutoTry[];
  /** A download that rests on the gateway. */
  resting: { jobId: string; releaseId: string | null; automatic: boolean } | null;
  nowMs: number;
};
export type AutoDecision =
  | { kind: 'none'; why: string }
  | { kind: 'download'; releaseId: string }
  | { kind: 'install'; releaseId: string }
  | { kind: 'install_downloaded'; jobId: string };

const FIRST_PAUSE_MS = 3_600_000;
const LAST_PAUSE_MS = 24 * FIRST_PAUSE_MS;
const MOST_FAILURES = 4;

export function decideAutoUpdate({ settings, updates, tries, resting, nowMs }: AutoInput): AutoDecision {
  if (!settings.enabled) return { kind: 'none', why: 'it is switched off' };
  const fitting = updates.filter((one) => one.compatible && one.signature !== 'invalid');
  const open = fitting.filter((one) =>
    mayTry(
      tries.filter(({ releaseId }) => releaseId === one.id),
      nowMs,
    ),
  );
  const install = open.find((one) => installs(settings, one.type));
  if (install) {
    if (resting?.releaseId !== install.id) return { kind: 'install', releaseId: install.id };
    // A download that a person ordered waits for that person.
    if (!resting.automatic) return { kind: 'none', why: 'somebody has downloaded it and decides when it is installed' };
    return { kind: 'install_downloaded', jobId: resting.jobId };
  }
  const [newest] = open;
  if (!settings.auto_download || newest === undefined)
    return { kind: 'none', why: newest ? 'nothing is to be done by itself' : 'nothing new fits' };
  if (resting?.releaseId === newest.id) return { kind: 'none', why: 'it is downloaded already' };
  if (resting !== null && !resting.automatic) return { kind: 'none', why: 'what somebody has downloaded stays' };
  return { kind: 'download', releaseId: newest.id };
}

/** A hotfix mends what is there, as a security update does. */
function installs(settings: AutoInput['settings'], type: string): boolean {
  return type === 'feature' ? settings.auto_feature : settings.auto_security;
}

/**
 * Not again what a gateway fell back from, what somebody cancelled, or what ran and was left again: only a newer release helps.
 * What failed on the way is tried again after one hour, then two, four, and no more.
 */
export function mayTry(tries: readonly AutoTry[], nowMs: number): boolean {
  const counted = tries.filter((one) => !one.superseded);
  if (counted.some(({ state }) => state === 'rolled_back' || state === 'cancelled' || state === 'confirmed')) return false;
  const failures = counted.filter(({ state }) => state === 'failed');
  if (failures.length === 0) return true;
  if (failures.length >= MOST_FAILURES) return false;
  const last = Math.max(...failures.map(({ finishedAtMs }) => finishedAtMs));
  return nowMs >= last + Math.min(LAST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures.length - 1));
}
