/** What GET /safety/status and OTA_002 call the present state of each constraint. */
import type { Evaluation, Verdict } from './evaluate';
import type { SafetyPolicy } from './policy';
import type { Constraint, SignalSet } from './signals';

/** Contract: `details.status` of UPDATE_BLOCKED; "unknown" for a missing or stale signal. */
export function constraintStatus(verdict: Verdict, signals: SignalSet): string {
  if (verdict.stale) return 'unknown';
  const words: { [C in Constraint]: () => string | undefined } = {
    crane_motion: () => signals.crane_motion && motionStatus(signals.crane_motion.value),
    acs_collision: () => signals.acs_collision && acsStatus(signals.acs_collision.value),
    ups_battery: () =>
      signals.ups_battery && (signals.ups_battery.value.onBattery ? 'on_battery' : verdict.level === 'clear' ? 'ok' : 'low'),
    network_connectivity: () => signals.network_connectivity && networkStatus(verdict),
    disk_space: () => signals.disk_space && (verdict.level === 'clear' ? 'ok' : 'insufficient'),
  };
  return words[verdict.constraint]() ?? 'unknown';
}

export function motionStatus(value: NonNullable<SignalSet['crane_motion']>['value']): 'idle' | 'moving' | 'unknown' {
  if (value.sourcesDisagree) return 'unknown';
  return value.moving || value.loadSuspended ? 'moving' : 'idle';
}

export function acsStatus(value: NonNullable<SignalSet['acs_collision']>['value']): 'clear' | 'warning' | 'alarm' {
  if (value.fault || value.zone === 'stop') return 'alarm';
  return value.zone === 'warning' ? 'warning' : 'clear';
}

export function networkStatus(verdict: Verdict): 'connected' | 'degraded' | 'disconnected' {
  if (verdict.level === 'clear') return 'connected';
  return verdict.level === 'hard' ? 'disconnected' : 'degraded';
}

/** How long the constraint blocks at least, when only time is missing; null when nobody can know. */
export function waitMs(verdict: Verdict, signals: SignalSet, policy: SafetyPolicy, nowMs: number): number | null {
  if (verdict.level !== 'soft' || verdict.stale) return null;
  if (verdict.constraint === 'crane_motion') {
    const last = signals.crane_motion?.value.lastMovementAt;
    return last ? Math.max(0, policy.motionRestMs - (nowMs - Date.parse(last))) : null;
  }
  const since = signals[verdict.constraint]?.clearSinceAt;
  return since ? Math.max(0, policy.holdMs[verdict.constraint] - (nowMs - Date.parse(since))) : null;
}

/** 100: nothing blocks. Each soft block costs 10, each hard one 25. */
export function safetyScore(evaluation: Evaluation): number {
  const lost = evaluation.blocking.reduce((sum, verdict) => sum + (verdict.level === 'hard' ? 25 : 10), 0);
  return Math.max(0, 100 - lost);
}
