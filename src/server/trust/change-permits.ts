/** Permissions to go below the rollback floor: brought with the signature of a downgrade key, and taken back. Nothing is ever deleted. */
import { z } from 'zod';
import { DomainError } from '#/domain/errors/domain-error';
import { type DowngradePermit, signedDocumentSchema } from '#/protocol/trust/keyring';
import { readPermit } from '#/trust/downgrade';
import { verifyDocument } from '#/trust/verify-signature';
import type { Actor } from '../access/actor';
import { requireEverywhere } from '../access/require-everywhere';
import { recordAudit } from '../audit/record-audit';
import { getDb, type Tx } from '../db/client';
import { shortInstant } from '../jobs/human-text';
import { cancelUnpermittedJobs } from '../releases/cancel-withdrawn-jobs';
import { noteRelease } from '../releases/note-release';
import { verdictByKeyState } from './check-signature';
import { lockRing } from './lock-ring';
import { invalid, requireShortLife } from './permit-text';
import { readKeyring } from './read-keyring';

export const addPermitSchema = z.object({ releaseId: z.uuid(), document: signedDocumentSchema });
export const endPermitSchema = z.object({ permitId: z.uuid(), reason: z.string().trim().min(3, 'say why').max(500) });

/**
 * Looks at it as a gateway will. Throws NOT_FOUND, VALIDATION_FAILED (no permission, or not for this release), SIGNATURE_INVALID,
 * CONFLICT (it is here already).
 */
export async function addPermit(
  actor: Actor,
  input: z.infer<typeof addPermitSchema>,
): Promise<{ permitId: string; signer: string | null }> {
  requireEverywhere(actor, 'release.write');
  const { releaseId, document } = addPermitSchema.parse(input);
  return getDb().$transaction(async (tx) => {
    await lockRing(tx, 'read');
    const release = await tx.release.findUnique({ where: { id: releaseId }, select: { version: true, artifactSha256: true } });
    if (!release) throw new DomainError('NOT_FOUND', 'There is no such release.');
    const permit = readPermit(document.text);
    if (permit === null) throw invalid('text', 'the text is not a permission to downgrade');
    await requireFor(tx, permit, release);
    const seen = await verifyDocument(document, await readKeyring(tx), 'downgrade', Date.now());
    const { verdict, reason, keyId, signer } = await verdictByKeyState(seen, tx);
    if (verdict !== 'verified' || keyId === null)
      throw new DomainError('SIGNATURE_INVALID', `No downgrade key has signed this text. ${reason}`, { verdict }, [
        'Sign exactly the text that is shown, with a key whose purpose is downgrades',
      ]);
    const same = await tx.downgradePermit.count({ where: { releaseId, text: document.text, keyFingerprint: keyId, endedAt: null } });
    if (same > 0) throw new DomainError('CONFLICT', 'This permission is here already.');
    const { gatewayId, fromVersion, toVersion, sha256, expiresAt } = permit;
    const { id } = await tx.downgradePermit.create({
      data: {
        ...{ releaseId, gatewayId, fromVersion, toVersion, artifactSha256: sha256, expiresAt: new Date(expiresAt), text: document.text },
        signatureKind: document.signature.kind,
        signature: Uint8Array.from(Buffer.from(document.signature.body, 'base64')),
        keyFingerprint: keyId,
        signer,
        addedById: actor.type === 'system' ? null : actor.id,
        addedBy: actor.name,
      },
      select: { id: true },
    });
    const message = `a downgrade from ${fromVersion} is permitted until ${shortInstant(new Date(expiresAt))}, signed by ${signer ?? keyId}`;
    await noteRelease(tx, actor, { releaseId, kind: 'downgrade', message, data: { permitId: id } });
    const data = { version: toVersion, fromVersion, gatewayId, expiresAt, keyFingerprint: keyId };
    await recordAudit(tx, actor, { name: 'downgrade.permitted', objectType: 'release', objectId: releaseId, data });
    return { permitId: id, signer };
  });
}

async function requireFor(tx: Tx, permit: DowngradePermit, release: { version: string; artifactSha256: string }): Promise<void> {
  if (permit.toVersion !== release.version || permit.sha256 !== release.artifactSha256)
    throw invalid('text', `the text is for ${permit.toVersion} with SHA-256 ${permit.sha256.slice(0, 16)}…, not for ${release.version}`);
  if (Date.parse(permit.expiresAt) <= Date.now()) throw invalid('text', `the permission expired at ${permit.expiresAt}`);
  requireShortLife('text', Date.parse(permit.expiresAt));
  if (permit.gatewayId === null) return;
  const isId = z.uuid().safeParse(permit.gatewayId).success;
  if (!isId || (await tx.gateway.count({ where: { id: permit.gatewayId } })) === 0)
    throw invalid('text', `there is no gateway ${permit.gatewayId}`);
}

/** Takes it back. Jobs that go by it and have not begun to write are cancelled; a gateway that has written goes on. Throws NOT_FOUND, CONFLICT. */
export async function endPermit(actor: Actor, input: z.infer<typeof endPermitSchema>): Promise<{ jobsCancelled: number }> {
  requireEverywhere(actor, 'release.write');
  const { permitId, reason } = endPermitSchema.parse(input);
  await getDb().$transaction(async (tx) => {
    if ((await endPermits(tx, actor, { id: permitId }, reason)) > 0) return;
    if ((await tx.downgradePermit.count({ where: { id: permitId } })) === 0)
      throw new DomainError('NOT_FOUND', 'There is no such permission.');
    throw new DomainError('CONFLICT', 'This permission has ended already.');
  });
  return { jobsCancelled: await cancelUnpermittedJobs() };
}

/** Of one permission, or of all that a key has signed. Call cancelUnpermittedJobs after the transaction. */
export async function endPermits(
  tx: Tx,
  actor: Actor,
  which: { id: string } | { keyFingerprint: string },
  reason: string,
): Promise<number> {
  const rows = await tx.downgradePermit.findMany({ where: { ...which, endedAt: null }, orderBy: { id: 'asc' } });
  let ended = 0;
  for (const { id, releaseId, fromVersion, toVersion, gatewayId, expiresAt, keyFingerprint } of rows) {
    const { count } = await tx.downgradePermit.updateMany({
      where: { id, endedAt: null },
      data: { endedAt: new Date(), endedBy: actor.name, endedReason: reason },
    });
    if (count === 0) continue;
    ended += 1;
    const message = `the downgrade from ${fromVersion} is not permitted any more: ${reason}`;
    await noteRelease(tx, actor, { releaseId, kind: 'downgrade', message, data: { permitId: id } });
    const data = { version: toVersion, fromVersion, gatewayId, expiresAt: expiresAt.toISOString(), keyFingerprint };
    await recordAudit(tx, actor, { name: 'downgrade.permit_ended', objectType: 'release', objectId: releaseId, reason, data });
  }
  return ended;
}
