import { describe, expect, it } from 'vitest';
import { policyDifference } from '#/domain/safety/policy-difference';
import { SHIPPED_SITE_POLICY, type SitePolicy, sitePolicySchema } from '#/domain/safety/site-policy';
import { CONSTRAINTS } from '#/domain/safety/signals';
import {
  CONCURRENCY_FIELDS,
  durationField,
  LIMIT_FIELDS,
  policyDirection,
  policyPathWords,
  policyValueWords,
  signalFields,
} from './policy-fields';

const ALL = [...CONSTRAINTS.flatMap((one) => [...LIMIT_FIELDS[one], ...signalFields(one), durationField(one)]), ...CONCURRENCY_FIELDS];

/** Every leaf of a policy by its path. */
function leaves(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [path];
  return Object.entries(value).flatMap(([key, below]) => leaves(below, path ? `${path}.${key}` : key));
}

function withValue(path: string, value: number): SitePolicy {
  const copy = structuredClone(SHIPPED_SITE_POLICY);
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const group = keys.reduce<Record<string, unknown>>((at, key) => at[key] as Record<string, unknown>, copy);
  group[last] = value;
  return copy;
}

describe('fields of the policy editor', () => {
  it('every leaf of a policy has words of its own', () => {
    const words = leaves(SHIPPED_SITE_POLICY).map(policyPathWords);
    for (const [index, path] of leaves(SHIPPED_SITE_POLICY).entries()) expect(words[index], path).not.toBe(path);
    expect(new Set(words).size).toBe(words.length);
  });

  // Soft and hard limits of one constraint bind each other: those are checked by the schema's own rule.
  it.each(ALL.filter(({ path }) => !/Soft(Distance|Percent)|Hard/.test(path)))('the range of $path is the schema’s', (field) => {
    const accepts = (shown: number) => sitePolicySchema.safeParse(withValue(field.path, shown * field.scale)).success;
    expect(accepts(field.min)).toBe(true);
    expect(accepts(field.max)).toBe(true);
    expect(accepts(field.max + field.step)).toBe(false);
    expect(accepts(field.min - field.step)).toBe(false);
  });

  it.each(ALL.filter(({ path }) => /Hard/.test(path)))('$path is never below the shipped hard limit', (field) => {
    expect(sitePolicySchema.safeParse(withValue(field.path, field.min * field.scale)).success).toBe(true);
    expect(sitePolicySchema.safeParse(withValue(field.path, (field.min - field.step) * field.scale)).success).toBe(false);
  });

  it('a change is told with its unit and its direction', () => {
    const after = structuredClone(SHIPPED_SITE_POLICY);
    after.limits.motionRestMs = 90_000;
    after.limits.networkSoftRttMs = 900;
    after.override.ups_battery.approvers = 2;
    after.override.disk_space.requesters = ['supervisor'];
    after.breakGlass = false;
    after.switchOff.crane_motion = false;
    const told = policyDifference(SHIPPED_SITE_POLICY, after).map(({ path, old, new: next }) =>
      [policyPathWords(path), policyValueWords(path, old), policyValueWords(path, next), policyDirection(path, old, next)].join(' | '),
    );
    expect(told).toEqual([
      'Crane motion: rest needed | 60 s | 90 s | stricter',
      'Network: round trip, soft | 500 ms | 900 ms | looser',
      'UPS battery: approvers needed | 1 | 2 | stricter',
      'Disk space: who may ask | operator, supervisor, admin | supervisor | stricter',
      'Break-glass | yes | no | stricter',
      'Crane motion: gateways may switch the soft limit off | yes | no | stricter',
    ]);
  });
});
