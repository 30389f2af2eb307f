/** A bound as words and as a place on the constraint's bar. Pure. */
import type { ConstraintBound } from '#/domain/safety/bounds';
import { judgeConstraint, type EvaluationContext, type Verdict } from '#/domain/safety/evaluate';
import { relaxPolicy } from '#/domain/safety/bounds';
import type { OperationClass, SafetyPolicy } from '#/domain/safety/policy';
import type { SignalSet } from '#/domain/safety/signals';
import { formatBytes } from '../clock/format';

/** "at rest ≥ 12 s", "≥ 8 m": in the style of the limits in force. */
export function boundWords(one: ConstraintBound): string {
  switch (one.constraint) {
    case 'crane_motion':
      return `at rest ≥ ${round(one.bound.restMs / 1000)} s`;
    case 'acs_collision':
      return `≥ ${round(one.bound.distanceM)} m, also in the warning zone`;
    case 'ups_battery':
      return `≥ ${round(one.bound.levelPercent)} %${one.bound.onBattery ? ', also on battery' : ''}`;
    case 'network_connectivity':
      return `≤ ${round(one.bound.rttMs)} ms, ≤ ${round(one.bound.lossPercent)} % loss`;
    case 'disk_space':
      return `≥ ${formatBytes(one.bound.freeBytes)} free`;
  }
}

/** Where the bound stands in the unit of the constraint's bar (domain/safety/gauge.ts); null when that is not known. */
export function boundOnGauge(one: ConstraintBound, signals: SignalSet): number | null {
  switch (one.constraint) {
    case 'crane_motion':
      return one.bound.restMs / 1000;
    case 'acs_collision':
      return one.bound.distanceM;
    case 'ups_battery':
      return one.bound.levelPercent;
    case 'network_connectivity':
      return one.bound.rttMs;
    case 'disk_space': {
      const total = signals.disk_space?.value.totalBytes;
      return total ? (one.bound.freeBytes / total) * 100 : null;
    }
  }
}

/** The verdict of one constraint as it would be under the bound: clear means that the bound covers the present value. */
export function verdictUnder(
  one: ConstraintBound,
  signals: SignalSet,
  policy: SafetyPolicy,
  operation: OperationClass,
  context: EvaluationContext,
): Verdict {
  return judgeConstraint(one.constraint, signals, relaxPolicy(policy, one), operation, context);
}

const round = (value: number): number => Math.round(value * 10) / 10;
