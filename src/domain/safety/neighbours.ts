/** Which cranes can collide: those that stand next to each other on the rail of one block. Pure. */
export type RailCrane = { id: string; name: string; blockId: string | null; railPosition: number | null };

/**
 * Neighbours of each crane. Cranes of a block stand in the order of their rail positions, or of the numbers in their names
 * where no position is set. A crane that belongs to no block has none.
 */
export function neighboursOf(cranes: readonly RailCrane[]): ReadonlyMap<string, ReadonlySet<string>> {
  const neighbours = new Map<string, Set<string>>(cranes.map((crane) => [crane.id, new Set<string>()]));
  const blocks = Map.groupBy(
    cranes.filter((crane) => crane.blockId !== null),
    (crane) => crane.blockId,
  );
  for (const members of blocks.values()) {
    const inOrder = members.toSorted(alongTheRail);
    for (const [index, crane] of inOrder.entries()) {
      const next = inOrder[index + 1];
      if (!next) continue;
      neighbours.get(crane.id)?.add(next.id);
      neighbours.get(next.id)?.add(crane.id);
    }
  }
  return neighbours;
}

function alongTheRail(a: RailCrane, b: RailCrane): number {
  if (a.railPosition !== null && b.railPosition !== null && a.railPosition !== b.railPosition) return a.railPosition - b.railPosition;
  if ((a.railPosition === null) !== (b.railPosition === null)) return a.railPosition === null ? 1 : -1;
  return numberIn(a.name) - numberIn(b.name) || (a.name < b.name ? -1 : 1);
}

function numberIn(name: string): number {
  return Number(/(\d+)(?!.*\d)/.exec(name)?.[1] ?? 0);
}
