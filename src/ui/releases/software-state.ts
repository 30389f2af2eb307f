/** The state of the package search in the URL. Shared by page and view. */
import { createLoader, parseAsString, parseAsStringLiteral } from 'nuqs/server';

export const OPERATORS = ['any', '<', '<=', '=', '>=', '>'] as const;
export const softwareParsers = {
  name: parseAsString.withDefault(''),
  operator: parseAsStringLiteral(OPERATORS).withDefault('any'),
  version: parseAsString.withDefault(''),
  site: parseAsString,
};
export const loadSoftwareState = createLoader(softwareParsers);
export type SoftwareState = Awaited<ReturnType<typeof loadSoftwareState>>;

/** The input of `releases.sbomSearch`, or null while the question is not whole. */
export function softwareInput(state: SoftwareState) {
  const name = state.name.trim();
  const version = state.version.trim();
  if (name === '' || (state.operator !== 'any' && version === '')) return null;
  return { name, operator: state.operator, version: version || null, siteCode: state.site ?? undefined, limit: 100 };
}
