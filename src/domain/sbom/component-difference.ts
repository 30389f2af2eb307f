/** What one bill of materials has and another has not. */
export type NamedComponent = { name: string; version: string | null };
export type ComponentDifference = {
  added: NamedComponent[];
  removed: NamedComponent[];
  /** The same name with other versions; lists, since a name may be there more than once. */
  changed: { name: string; from: (string | null)[]; to: (string | null)[] }[];
};

export function differenceOf(before: readonly NamedComponent[], after: readonly NamedComponent[]): ComponentDifference {
  const [old, now] = [byName(before), byName(after)];
  const difference: ComponentDifference = { added: [], removed: [], changed: [] };
  for (const name of [...new Set([...old.keys(), ...now.keys()])].sort()) {
    const [from, to] = [old.get(name), now.get(name)];
    if (from === undefined) difference.added.push(...(to ?? []).map((version) => ({ name, version })));
    else if (to === undefined) difference.removed.push(...from.map((version) => ({ name, version })));
    else if (JSON.stringify(from) !== JSON.stringify(to)) difference.changed.push({ name, from, to });
  }
  return difference;
}

function byName(components: readonly NamedComponent[]): Map<string, (string | null)[]> {
  const versions = new Map<string, (string | null)[]>();
  for (const { name, version } of components) versions.set(name, [...(versions.get(name) ?? []), version]);
  for (const list of versions.values()) list.sort((a, b) => (a ?? '').localeCompare(b ?? ''));
  return versions;
}
