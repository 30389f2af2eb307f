/** What a change of a site's policy changes, by path. Pure. */
import type { SitePolicy } from './site-policy';

export type PolicyChange = {
  /** Such as "limits.motionRestMs". */
  path: string;
  old: unknown;
  new: unknown;
};

/** Every leaf that differs, in the order of the schema. Lists count as one value. */
export function policyDifference(before: SitePolicy, after: SitePolicy): PolicyChange[] {
  const changes: PolicyChange[] = [];
  const walk = (old: unknown, next: unknown, path: string) => {
    if (isGroup(old) && isGroup(next)) {
      for (const key of new Set([...Object.keys(old), ...Object.keys(next)])) walk(old[key], next[key], path ? `${path}.${key}` : key);
    } else if (JSON.stringify(old) !== JSON.stringify(next)) changes.push({ path, old, new: next });
  };
  walk(before, after, '');
  return changes;
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
