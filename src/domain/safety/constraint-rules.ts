/** Soft and hard limit of each constraint (safety design: the table under Words). */
import type { z } from 'zod';
import type { EvaluationContext } from './evaluate';
import type { OperationClass, SafetyPolicy } from './policy';
import type { Constraint, SIGNAL_SCHEMAS } from './signals';

export type Finding = { level: 'clear' | 'soft' | 'hard'; reason: string; clearsWhen: string };

type Value<C extends Constraint> = z.infer<(typeof SIGNAL_SCHEMAS)[C]>;
type Rule<C extends Constraint> = {
  judge(value: Value<C>, policy: SafetyPolicy, context: EvaluationContext, operation: OperationClass): Finding;
  show(value: Value<C>): string;
  limit(policy: SafetyPolicy, context: EvaluationContext): string;
};

const CLEAR: Finding = { level: 'clear', reason: 'within its limits', clearsWhen: '' };

const hard = (reason: string, clearsWhen: string): Finding => ({ level: 'hard', reason, clearsWhen });
const soft = (reason: string, clearsWhen: string): Finding => ({ level: 'soft', reason, clearsWhen });
const megabytes = (bytes: number): string => `${Math.round(bytes / 1_000_000)} MB`;

export const CONSTRAINT_RULES: { [C in Constraint]: Rule<C> } = {
  crane_motion: {
    judge(value, policy, context) {
      if (value.sourcesDisagree) return hard('two motion sources disagree', 'both sources agree');
      if (value.moving) return hard('an axis is moving', 'the crane stands still');
      if (value.loadSuspended) return hard('a load is suspended', 'the load is set down');
      if (value.lockedOut) return hard('lock-out/tag-out is set', 'whoever set it takes it off');
      if (value.lastMovementAt === null) return CLEAR;
      const restMs = context.nowMs - Date.parse(value.lastMovementAt);
      if (restMs >= policy.motionRestMs) return CLEAR;
      const left = Math.ceil((policy.motionRestMs - restMs) / 1000);
      return soft(
        `at rest for ${Math.max(0, Math.floor(restMs / 1000))} s; ${policy.motionRestMs / 1000} s are needed`,
        `the crane stays at rest for ${left} s more`,
      );
    },
    show: (value) => (value.moving ? 'moving' : value.loadSuspended ? 'load suspended' : value.lockedOut ? 'locked out' : 'at rest'),
    limit: (policy) => `at rest ≥ ${policy.motionRestMs / 1000} s`,
  },
  acs_collision: {
    judge(value, policy) {
      if (value.fault) return hard('the anti-collision system reports a fault', 'the fault is cleared');
      if (value.zone === 'stop') return hard('stop zone', 'the neighbour leaves the stop zone');
      if (value.distanceM < policy.acsHardDistanceM) {
        return hard(`${value.distanceM.toFixed(1)} m to the neighbour`, `the distance is at least ${policy.acsHardDistanceM} m`);
      }
      if (value.zone === 'warning' && policy.acsWarningBlocks) return soft('warning zone', 'the neighbour leaves the warning zone');
      if (value.distanceM >= policy.acsSoftDistanceM) return CLEAR;
      return soft(`${value.distanceM.toFixed(1)} m to the neighbour`, `the distance is at least ${policy.acsSoftDistanceM} m`);
    },
    show: (value) => `${value.distanceM.toFixed(1)} m`,
    limit: (policy) => `≥ ${policy.acsSoftDistanceM} m`,
  },
  ups_battery: {
    judge(value, policy) {
      if (value.levelPercent < policy.upsHardPercent) {
        return hard(`battery at ${Math.round(value.levelPercent)} %`, `the battery is at least ${policy.upsHardPercent} %`);
      }
      const needMs = policy.upsOperationMs * 1.5;
      if (value.runtimeSeconds !== null && value.runtimeSeconds * 1000 < needMs) {
        return hard(`${Math.round(value.runtimeSeconds)} s of battery left`, `it can run ${needMs / 1000} s on battery`);
      }
      // On mains the level decides; on battery what is not told counts as violated.
      if (value.onBattery && value.runtimeSeconds === null) {
        return hard('on battery, and the UPS does not tell for how long', 'mains power is back, or the UPS tells its runtime');
      }
      if (value.onBattery && policy.upsOnBatteryBlocks) return soft('running on battery', 'mains power is back');
      if (value.levelPercent >= policy.upsSoftPercent) return CLEAR;
      return soft(`battery at ${Math.round(value.levelPercent)} %`, `the battery is at least ${policy.upsSoftPercent} %`);
    },
    show: (value) => `${Math.round(value.levelPercent)} %${value.onBattery ? ' on battery' : ''}`,
    limit: (policy) => `≥ ${policy.upsSoftPercent} %`,
  },
  network_connectivity: {
    judge(value, policy, _context, operation) {
      const supervised = operation === 'O3' || operation === 'O4';
      if (supervised && (value.sessionAgeMs === null || value.sessionAgeMs > policy.networkLeaseMs)) {
        return hard('no session with the server', 'the gateway is connected again');
      }
      if (value.lossPercent > policy.networkSoftLossPercent) {
        return soft(`${value.lossPercent.toFixed(1)} % loss`, `loss is at most ${policy.networkSoftLossPercent} %`);
      }
      if (value.rttMs !== null && value.rttMs > policy.networkSoftRttMs) {
        return soft(`${Math.round(value.rttMs)} ms round trip`, `the round trip is at most ${policy.networkSoftRttMs} ms`);
      }
      return CLEAR;
    },
    show: (value) => `${value.rttMs === null ? 'no round trip' : `${Math.round(value.rttMs)} ms`}, ${value.lossPercent.toFixed(1)} % loss`,
    limit: (policy) => `≤ ${policy.networkSoftRttMs} ms, ≤ ${policy.networkSoftLossPercent} % loss`,
  },
  disk_space: {
    judge(value, policy, context) {
      const leastBytes = context.imageBytes + policy.diskHardSpareBytes;
      if (value.freeBytes < leastBytes) return hard(`${megabytes(value.freeBytes)} free`, `${megabytes(leastBytes)} are free`);
      const wantedBytes = Math.max(2 * context.imageBytes, (value.totalBytes * policy.diskSoftFreePercent) / 100);
      const needBytes = Math.min(wantedBytes, policy.diskSoftFreeBytes ?? wantedBytes);
      if (value.freeBytes >= needBytes) return CLEAR;
      return soft(`${megabytes(value.freeBytes)} free`, `${megabytes(needBytes)} are free`);
    },
    show: (value) => `${megabytes(value.freeBytes)} free`,
    limit: (policy, context) => `≥ ${policy.diskSoftFreePercent} % and ≥ ${megabytes(2 * context.imageBytes)}`,
  },
};
