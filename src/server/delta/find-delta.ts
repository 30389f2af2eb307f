/** What there is of an image beside it. Asked for each range, so the answer is kept for a moment. */
import type { DeltaOffer } from '#/protocol/delta/delta-offer';
import { getDb } from '../db/client';
import type { Artifact, DeltaPatch } from '../db/generated/client';
import { contentOf } from '../jobs/slot-content';

const CACHE_MS = 5000;
const CACHE_ENTRIES = 1000;
const known = new Map<string, { untilMs: number; offer: DeltaOffer }>();

/** null: nothing. Only what is there is kept, so that what was just made is found. */
export async function findDelta(artifactSha256: string): Promise<DeltaOffer | null> {
  const nowMs = Date.now();
  const kept = known.get(artifactSha256);
  if (kept && kept.untilMs > nowMs) return kept.offer;
  known.delete(artifactSha256);
  const offer = await readDelta(artifactSha256);
  if (offer === null) return null;
  known.set(artifactSha256, { untilMs: nowMs + CACHE_MS, offer });
  // The oldest entry first: insertion order is age.
  if (known.size > CACHE_ENTRIES) known.delete(known.keys().next().value as string);
  return offer;
}

async function readDelta(artifactSha256: string): Promise<DeltaOffer | null> {
  const db = getDb();
  const index = await db.deltaIndex.findFirst({ where: { artifactSha256, state: 'ready' } });
  const patches = await db.deltaPatch.findMany({
    where: { toSha256: artifactSha256, state: 'ready' },
    include: { from: true },
    orderBy: { readyAt: 'desc' },
    take: 100,
  });
  if (index === null && patches.length === 0) return null;
  return {
    v: 1,
    index: blob(index?.indexSha256, index?.indexSizeBytes),
    data: blob(index?.dataSha256, index?.dataSizeBytes),
    patches: patchesOf(patches),
  };
}

/** Each named by what a slot has of its base; the same content in two files is one base. */
function patchesOf(rows: readonly (DeltaPatch & { from: Artifact })[]): DeltaOffer['patches'] {
  const offered = new Map<string, DeltaOffer['patches'][number]>();
  for (const row of rows.filter(({ from }) => from.format !== 'tar')) {
    const file = blob(row.patchSha256, row.sizeBytes);
    const from = contentOf(row.from);
    if (file && !offered.has(from.sha256)) offered.set(from.sha256, { fromSha256: from.sha256, fromSizeBytes: from.sizeBytes, ...file });
  }
  return [...offered.values()];
}

function blob(sha256: string | null | undefined, sizeBytes: bigint | null | undefined) {
  return sha256 && sizeBytes ? { sha256, sizeBytes: Number(sizeBytes) } : null;
}
