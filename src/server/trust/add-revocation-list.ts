/** Takes a certificate revocation list, together with all that it ends: in one transaction, so no moment is between the two. */
import { z } from 'zod';
import { DomainError } from '#/domain/errors/domain-error';
import { SIGNATURE_KINDS } from '#/protocol/trust/keyring';
import { no, type SignatureVerdict } from '#/trust/verdict';
import { verifyDocument } from '#/trust/verify-signature';
import type { Actor } from '../access/actor';
import { requireEverywhere } from '../access/require-everywhere';
import { recordAudit } from '../audit/record-audit';
import { logger } from '../config/logger';
import { getDb, type Tx } from '../db/client';
import { LookCutShort } from '../images/inspector-process';
import { cancelUnpermittedJobs, cancelWithdrawnJobs } from '../releases/cancel-withdrawn-jobs';
import { endPermits } from './change-permits';
import { look, tryAgain } from './check-signature';
import { lockRing } from './lock-ring';
import { type RevocationMaterial, readRevocationList } from './read-key-material';
import { readKeyring } from './read-keyring';
import { settleReleases } from './settle-releases';

export const addListSchema = z.object({
  body: z
    .string()
    .trim()
    .min(1)
    .max(1024 * 1024),
});
/** What rests on a certificate, or may. */
const CERTIFIED = { verdict: 'verified', kind: { in: ['cms', 'sums'] } };
type Looks = Map<string, SignatureVerdict | null>;

/** Throws VALIDATION_FAILED, SYSTEM_BUSY, and what the artifact store throws: then nothing has changed. */
export async function addRevocationList(
  actor: Actor,
  input: z.infer<typeof addListSchema>,
): Promise<{ issuer: string; entries: number; releases: string[] }> {
  requireEverywhere(actor, 'trust.manage');
  const list = readRevocationList(addListSchema.parse(input).body);
  const looks: Looks = new Map();
  let releases: string[] | null = null;
  // Images take their time to read: they are read before the ring is locked, and those that came meanwhile in the next turn.
  while (releases === null) {
    await lookAhead(list, looks);
    releases = await getDb().$transaction((tx) => take(tx, actor, list, looks), { timeout: 20_000 });
  }
  await cancelWithdrawnJobs();
  await cancelUnpermittedJobs();
  return { issuer: list.issuer, entries: list.entries, releases };
}

/** The ring as it will be: an older list of the same issuer does not replace a newer one. */
async function ringWith(list: RevocationMaterial, db: Tx | ReturnType<typeof getDb>) {
  const ring = await readKeyring(db);
  const newer = await db.revocationList.count({ where: { issuer: list.issuer, thisUpdateAt: { gt: list.thisUpdateAt } } });
  return newer > 0 ? ring : { ...ring, crls: [...ring.crls, list.body] };
}

async function lookAhead(list: RevocationMaterial, looks: Looks): Promise<void> {
  const db = getDb();
  const ring = await ringWith(list, db);
  const signed = await db.artifactSignature.findMany({ where: { ...CERTIFIED, id: { notIn: [...looks.keys()] } } });
  for (const { id, artifactSha256, kind, body, covers } of signed) {
    const known = SIGNATURE_KINDS.find((one) => one === kind);
    const seen = known ? await look(artifactSha256, known, body, { ring, covers }).catch(withoutLook) : null;
    if (seen === null) logger.warn({ artifactSha256 }, 'trust: a signature could not be looked at again: its image is not in the store');
    looks.set(id, seen);
  }
}

/**
 * An image that is gone can be installed by nobody. One that takes too much to read must not keep the list out, and without a look its
 * signature does not count. A store that does not answer, and a look that was ended from outside, are another matter.
 */
function withoutLook(error: unknown): SignatureVerdict | null {
  if (error instanceof DomainError && error.code === 'NOT_FOUND') return null;
  if (!(error instanceof LookCutShort && error.by === 'limit')) return tryAgain(error);
  return no(
    'untrusted',
    `It could not be looked at again when a revocation list came. ${error.message} Add it once more to have it looked at.`,
  );
}

/** Null: signatures came that nobody has looked at. */
async function take(tx: Tx, actor: Actor, list: RevocationMaterial, looks: Looks): Promise<string[] | null> {
  await lockRing(tx, 'write');
  const signed = await tx.artifactSignature.findMany({ where: CERTIFIED, select: { id: true, artifactSha256: true } });
  if (signed.some(({ id }) => !looks.has(id))) return null;
  const ring = await ringWith(list, tx);
  await tx.revocationList.create({ data: { ...list, addedBy: actor.name } });
  const ended: string[] = [];
  for (const { id, artifactSha256 } of signed) {
    const seen = looks.get(id) ?? null;
    if (seen === null || seen.verdict === 'verified') continue;
    await tx.artifactSignature.update({ where: { id }, data: { verdict: seen.verdict, reason: seen.reason, checkedAt: new Date() } });
    ended.push(artifactSha256);
  }
  const releases = await settleReleases(tx, actor, ended);
  for (const { id, text, signature } of await tx.downgradePermit.findMany({ where: { signatureKind: 'cms', endedAt: null } })) {
    const document = { text, signature: { kind: 'cms' as const, body: Buffer.from(signature).toString('base64') } };
    const seen = await verifyDocument(document, ring, 'downgrade', Date.now());
    if (seen.verdict !== 'verified') await endPermits(tx, actor, { id }, seen.reason);
  }
  const data = { issuer: list.issuer, entries: list.entries, thisUpdateAt: list.thisUpdateAt.toISOString() };
  await recordAudit(tx, actor, { name: 'trust.list_added', objectType: 'trust_key', objectId: list.issuer, data });
  return releases;
}
