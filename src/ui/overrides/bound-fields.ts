/** The fields by which a person enters a bound: what each means, and between which figures it may lie. Pure. */
import { type ConstraintBound, LEAST_REST_MS } from '#/domain/safety/bounds';
import type { SafetyPolicy } from '#/domain/safety/policy';

export type BoundField = {
  /** Its name in the bound. */
  key: string;
  label: string;
  unit: string;
  /** In the unit shown. */
  value: number;
  min: number;
  max: number;
  step: number;
  /** Which end is the hard limit, or the limit in force. */
  minIs: string;
  maxIs: string;
  /** Bound value = shown value × scale. */
  scale: number;
};

const MEGABYTE = 1_000_000;

/** The figures of a bound as fields; the least relaxed value is the limit in force. */
export function boundFields(one: ConstraintBound, policy: SafetyPolicy, imageBytes: number): BoundField[] {
  switch (one.constraint) {
    case 'crane_motion':
      return [
        {
          ...field('restMs', 'At rest for at least', 's', one.bound.restMs, 1000, 1),
          ...range(LEAST_REST_MS / 1000, 'a crane that has only just stopped', policy.motionRestMs / 1000, 'the limit in force'),
        },
      ];
    case 'acs_collision':
      return [
        {
          ...field('distanceM', 'Distance of at least', 'm', one.bound.distanceM, 1, 0.5),
          ...range(policy.acsHardDistanceM, 'the hard limit', policy.acsSoftDistanceM, 'the limit in force'),
        },
      ];
    case 'ups_battery':
      return [
        {
          ...field('levelPercent', 'Battery of at least', '%', one.bound.levelPercent, 1, 1),
          ...range(policy.upsHardPercent, 'the hard limit', policy.upsSoftPercent, 'the limit in force'),
        },
      ];
    case 'network_connectivity':
      return [
        {
          ...field('lossPercent', 'Loss of at most', '%', one.bound.lossPercent, 1, 1),
          ...range(policy.networkSoftLossPercent, 'the limit in force', 50, 'the most that can be asked for'),
        },
        {
          ...field('rttMs', 'Round trip of at most', 'ms', one.bound.rttMs, 1, 10),
          ...range(policy.networkSoftRttMs, 'the limit in force', 10_000, 'the most that can be asked for'),
        },
      ];
    case 'disk_space': {
      const least = Math.ceil((imageBytes + policy.diskHardSpareBytes) / MEGABYTE);
      return [
        {
          ...field('freeBytes', 'Free space of at least', 'MB', one.bound.freeBytes, MEGABYTE, 1),
          ...range(least, 'the hard limit', 1_000_000, 'the limit in force'),
        },
      ];
    }
  }
}

/** The bound with one figure replaced, or the same when the figure is none. */
export function withFigure(one: ConstraintBound, field: BoundField, shown: number): ConstraintBound {
  if (!Number.isFinite(shown)) return one;
  const value = Math.round(shown * field.scale * 1000) / 1000;
  return { constraint: one.constraint, bound: { ...one.bound, [field.key]: value } } as ConstraintBound;
}

/** Why a figure may not be asked for, or null. */
export function figureFault(field: BoundField): string | null {
  if (field.value < field.min) return `not below ${field.min} ${field.unit}: ${field.minIs}`;
  if (field.value > field.max) return `not above ${field.max} ${field.unit}: ${field.maxIs}`;
  return null;
}

function field(key: string, label: string, unit: string, value: number, scale: number, step: number) {
  return { key, label, unit, value: Math.round((value / scale) * 10) / 10, scale, step };
}

function range(min: number, minIs: string, max: number, maxIs: string) {
  return { min, minIs, max, maxIs };
}
