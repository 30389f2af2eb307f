import { type ImageSignature, SIGNATURE_COVERS, SIGNATURE_KINDS } from '#/protocol/trust/keyring';
import type { Tx } from '../db/client';

/** All of one order together, so that the command stays small. */
const MAX_BYTES = 96 * 1024;
const MOST = 8;

/**
 * The signatures that go with an image: the gateway judges them by its own keys, so of those that hold here each key and each cover
 * comes before a second of the same. Those that do not hold here may by a key that only the gateway knows.
 */
export async function signaturesOfOrder(tx: Tx, sha256: string): Promise<ImageSignature[]> {
  const newest = { orderBy: { createdAt: 'desc' } } as const;
  const good = await tx.artifactSignature.findMany({ where: { artifactSha256: sha256, verdict: 'verified' }, ...newest, take: 200 });
  const others = { artifactSha256: sha256, verdict: { not: 'verified' } };
  const sorted = [...firstOfEach(good), ...(await tx.artifactSignature.findMany({ where: others, ...newest, take: MOST }))];
  const chosen = new Map<string, ImageSignature>();
  let bytes = 0;
  for (const { kind, body, ...seen } of sorted) {
    const known = SIGNATURE_KINDS.find((one) => one === kind);
    const covers = SIGNATURE_COVERS.find((one) => one === seen.covers);
    const text = Buffer.from(body).toString('base64');
    if (!known || bytes + body.length > MAX_BYTES || chosen.size === MOST || chosen.has(text)) continue;
    bytes += body.length;
    chosen.set(text, { kind: known, body: text, ...(covers ? { covers } : {}) });
  }
  return [...chosen.values()];
}

/** The first of each key and cover in front, in their order. */
function firstOfEach<T extends { keyFingerprint: string | null; covers: string | null }>(rows: readonly T[]): T[] {
  const firsts = new Map<string, T>();
  for (const row of rows) {
    const key = `${row.keyFingerprint} ${row.covers}`;
    if (!firsts.has(key)) firsts.set(key, row);
  }
  const chosen = new Set(firsts.values());
  return [...chosen, ...rows.filter((row) => !chosen.has(row))];
}
