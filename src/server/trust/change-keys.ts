/** Add, retire and revoke keys. Everything is audited; nothing is ever deleted. */
import { z } from 'zod';
import { DomainError } from '#/domain/errors/domain-error';
import { KEY_PURPOSES } from '#/protocol/trust/keyring';
import type { Actor } from '../access/actor';
import { requireEverywhere } from '../access/require-everywhere';
import { recordAudit } from '../audit/record-audit';
import { getDb } from '../db/client';
import { cancelUnpermittedJobs, cancelWithdrawnJobs } from '../releases/cancel-withdrawn-jobs';
import { endPermits } from './change-permits';
import { lockRing } from './lock-ring';
import { readKeyMaterial } from './read-key-material';
import { settleReleases } from './settle-releases';

const body = z
  .string()
  .trim()
  .min(1)
  .max(64 * 1024);
export const addKeySchema = z.object({
  label: z.string().trim().min(1).max(120),
  body,
  purposes: z.array(z.enum(KEY_PURPOSES)).min(1).default(['release']),
});
export const endKeySchema = z.object({
  fingerprint: z.string().regex(/^[0-9A-F]{40,64}$/),
  /** The last eight characters of the fingerprint, typed. */
  confirm: z.string().max(8),
  reason: z.string().trim().min(3).max(500),
});
export async function addKey(actor: Actor, input: z.input<typeof addKeySchema>): Promise<{ fingerprint: string }> {
  requireEverywhere(actor, 'trust.manage');
  const { label, purposes, body: text } = addKeySchema.parse(input);
  const { name: _, ...material } = await readKeyMaterial(text);
  return getDb().$transaction(async (tx) => {
    const { count } = await tx.trustKey.createMany({
      data: [{ ...material, label, purposes, addedById: actor.type === 'system' ? null : actor.id, addedBy: actor.name }],
      skipDuplicates: true,
    });
    if (count === 0) throw new DomainError('CONFLICT', 'This key is in the keyring already.', { fingerprint: material.fingerprint });
    const data = { kind: material.kind, label, purposes };
    await recordAudit(tx, actor, { name: 'trust.key_added', objectType: 'trust_key', objectId: material.fingerprint, data });
    return { fingerprint: material.fingerprint };
  });
}

/** It signs nothing new; what it signed before stays signed. */
export async function retireKey(actor: Actor, input: z.infer<typeof endKeySchema>): Promise<void> {
  await endKey(actor, input, 'retired');
}

/**
 * Nothing that it signed counts any more: its releases are offered to nobody from this transaction on, and the downgrades that it
 * permitted are not. Jobs of theirs that have not begun to write are cancelled; one that writes is stopped by nobody, and can be
 * rolled back.
 */
export async function revokeKey(actor: Actor, input: z.infer<typeof endKeySchema>): Promise<{ releases: string[]; jobsCancelled: number }> {
  const releases = await endKey(actor, input, 'revoked');
  return { releases, jobsCancelled: (await cancelWithdrawnJobs()) + (await cancelUnpermittedJobs()) };
}

async function endKey(actor: Actor, input: z.infer<typeof endKeySchema>, to: 'retired' | 'revoked'): Promise<string[]> {
  requireEverywhere(actor, 'trust.manage');
  const { fingerprint, confirm, reason } = endKeySchema.parse(input);
  if (confirm.toUpperCase() !== fingerprint.slice(-8)) {
    const message = 'must be the last eight characters of the fingerprint';
    throw new DomainError('VALIDATION_FAILED', 'The fingerprint was not typed right.', { fields: [{ path: 'confirm', message }] });
  }
  return getDb().$transaction(async (tx) => {
    await lockRing(tx, 'write');
    const from = to === 'revoked' ? ['active', 'retired'] : ['active'];
    const data = { state: to, endedAt: new Date(), endedBy: actor.name, endedReason: reason };
    const { count } = await tx.trustKey.updateMany({ where: { fingerprint, state: { in: from } }, data });
    if (count === 0) throw new DomainError('CONFLICT', `There is no such key, or it is ${to} already.`, { fingerprint });
    let releases: string[] = [];
    if (to === 'revoked') {
      const where = { keyFingerprint: fingerprint, verdict: { in: ['verified', 'expired'] } };
      const signed = await tx.artifactSignature.findMany({ where, select: { artifactSha256: true }, distinct: ['artifactSha256'] });
      await tx.artifactSignature.updateMany({
        where,
        data: { verdict: 'revoked', reason: `Its key is revoked: ${reason}`, checkedAt: new Date() },
      });
      releases = await settleReleases(
        tx,
        actor,
        signed.map((one) => one.artifactSha256),
      );
      await endPermits(tx, actor, { keyFingerprint: fingerprint }, `its key is revoked: ${reason}`);
    }
    await recordAudit(tx, actor, {
      name: to === 'revoked' ? 'trust.key_revoked' : 'trust.key_retired',
      objectType: 'trust_key',
      objectId: fingerprint,
      reason,
      data: { releases },
    });
    return releases;
  });
}
