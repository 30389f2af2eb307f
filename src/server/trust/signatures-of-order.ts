import { type ImageSignature, SIGNATURE_COVERS, SIGNATURE_KINDS } from '#/protocol/trust/keyring';
import type { Tx } from '../db/client';

/** All of one order together, so that the command stays small. */
const MAX_BYTES = 96 * 1024;
const MOST = 8;

/** The signatures that go with an image, those that hold here first: the gateway judges them by its own keys. */
export async function signaturesOfOrder(tx: Tx, sha256: string): Promise<ImageSignature[]> {
  const rows = await tx.artifactSignature.findMany({ where: { artifactSha256: sha256 }, orderBy: { createdAt: 'desc' }, take: 50 });
  const sorted = [...rows.filter((one) => one.verdict === 'verified'), ...rows.filter((one) => one.verdict !== 'verified')];
  const chosen: ImageSignature[] = [];
  let bytes = 0;
  for (const { kind, body, ...seen } of sorted) {
    const known = SIGNATURE_KINDS.find((one) => one === kind);
    const covers = SIGNATURE_COVERS.find((one) => one === seen.covers);
    bytes += body.length;
    if (!known || bytes > MAX_BYTES || chosen.length === MOST) continue;
    chosen.push({ kind: known, body: Buffer.from(body).toString('base64'), ...(covers ? { covers } : {}) });
  }
  return chosen;
}
