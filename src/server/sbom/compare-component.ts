/** Whether one version of a package is older than another: by the rules of its ecosystem, or not at all. */
import * as pep440 from '@renovatebot/pep440';
import semver from 'semver';
import { compareDebianVersions } from '#/domain/sbom/debian-version';

export const VERSION_SCHEMES = ['semver', 'debian', 'pep440'] as const;
export type VersionScheme = (typeof VERSION_SCHEMES)[number];

/** Ecosystems (the type of a package URL) whose rules are known here. Others have rules of their own. */
const SCHEMES: Record<string, VersionScheme> = {
  npm: 'semver',
  cargo: 'semver',
  golang: 'semver',
  hex: 'semver',
  pub: 'semver',
  swift: 'semver',
  deb: 'debian',
  pypi: 'pep440',
};

export const SEARCH_OPERATORS = ['any', '<', '<=', '=', '>=', '>'] as const;
export type SearchOperator = (typeof SEARCH_OPERATORS)[number];
/** `not_comparable`: the version, or how its ecosystem orders versions, is not known. */
export type ComponentVerdict = 'matches' | 'differs' | 'not_comparable';

/** Lower-case type of a package URL such as `pkg:deb/debian/openssl@3.0.11`; null: it is none. */
export function ecosystemOf(purl: string | null): string | null {
  return /^pkg:\/{0,2}([a-z][a-z0-9.+-]*)\//i.exec(purl ?? '')?.[1]?.toLowerCase() ?? null;
}

export function schemeOf(purl: string | null): VersionScheme | null {
  const ecosystem = ecosystemOf(purl);
  return ecosystem === null ? null : (SCHEMES[ecosystem] ?? null);
}

/** Negative, zero or positive; null: these two cannot be ordered. Equal texts are equal in every scheme. */
export function compareInScheme(scheme: VersionScheme | null, a: string, b: string): number | null {
  if (a === b) return 0;
  if (scheme === 'debian') return compareDebianVersions(a, b);
  if (scheme === 'semver') return semver.valid(a) && semver.valid(b) ? semver.compare(a, b) : null;
  if (scheme === 'pep440') return pep440.valid(a) && pep440.valid(b) ? pep440.compare(a, b) : null;
  return null;
}

export function judgeComponent(
  component: { version: string | null; purl: string | null },
  operator: SearchOperator,
  version: string | null,
): ComponentVerdict {
  if (operator === 'any' || version === null) return 'matches';
  if (component.version === null) return 'not_comparable';
  const order = compareInScheme(schemeOf(component.purl), component.version, version);
  if (order === null) return 'not_comparable';
  const holds: Record<Exclude<SearchOperator, 'any'>, boolean> = {
    '<': order < 0,
    '<=': order <= 0,
    '=': order === 0,
    '>=': order >= 0,
    '>': order > 0,
  };
  return holds[operator] ? 'matches' : 'differs';
}
