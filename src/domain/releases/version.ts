/** Versions as the contract writes them: semver with a leading v ("v5.0.5", "v5.1.0-custom"). */
const VERSION = /^v?(\d{1,6})\.(\d{1,6})\.(\d{1,6})(?:-([0-9A-Za-z.-]{1,60}))?(?:\+[0-9A-Za-z.-]{1,60})?$/;

export type ParsedVersion = { major: number; minor: number; patch: number; prerelease: string[] };

/** Parses a version, or null when the text is none. */
export function parseVersion(text: string): ParsedVersion | null {
  const match = VERSION.exec(text);
  if (!match) return null;
  const prerelease = match[4] === undefined ? [] : match[4].split('.');
  if (prerelease.some((part) => part === '')) return null;
  return { major: Number(match[1]), minor: Number(match[2]), patch: Number(match[3]), prerelease };
}

/**
 * A key that sorts as semver 2.0.0 clause 11 orders versions, by plain byte comparison (COLLATE "C").
 * A release sorts after its pre-releases; numeric identifiers sort before alphanumeric ones.
 */
export function versionSortKey(text: string): string {
  const version = parseVersion(text);
  if (!version) throw new RangeError(`not a version: ${text}`);
  const core = [version.major, version.minor, version.patch].map((part) => String(part).padStart(6, '0')).join('.');
  if (version.prerelease.length === 0) return `${core}~`;
  // Each identifier ends with a space, which sorts below every identifier character: a shorter list is smaller.
  const parts = version.prerelease.map((part) =>
    /^\d+$/.test(part) ? `0${part.replace(/^0+(?=\d)/, '').padStart(60, '0')} ` : `1${part} `,
  );
  return `${core}-${parts.join('')}`;
}

/** Negative, zero or positive, as semver orders a and b. Throws RangeError for what is no version. */
export function compareVersions(a: string, b: string): number {
  const left = versionSortKey(a);
  const right = versionSortKey(b);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Whether `version` satisfies a prerequisite such as "v5.0.0+" (that version or newer) or "v5.0.0" (exactly it). */
export function meetsPrerequisite(version: string, prerequisite: string): boolean {
  const orNewer = prerequisite.endsWith('+');
  const wanted = orNewer ? prerequisite.slice(0, -1) : prerequisite;
  const order = compareVersions(version, wanted);
  return orNewer ? order >= 0 : order === 0;
}
