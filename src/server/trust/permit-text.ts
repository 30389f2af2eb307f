/** The text that a downgrade key has to sign so that gateways go below their rollback floor to a release. */
import { z } from 'zod';
import { DomainError } from '#/domain/errors/domain-error';
import { LONGEST_PERMIT_DAYS, outlivesPermits } from '#/domain/releases/permit-life';
import { parseVersion } from '#/domain/releases/version';
import { type DowngradePermit, downgradePermitSchema } from '#/protocol/trust/keyring';
import type { Actor } from '../access/actor';
import { requireEverywhere } from '../access/require-everywhere';
import { getDb } from '../db/client';

export const permitTextSchema = z.object({
  releaseId: z.uuid(),
  /** Name or id of a gateway; null: every gateway. */
  gateway: z.string().trim().min(1).max(120).nullable(),
  fromVersion: z
    .string()
    .trim()
    .max(80)
    .refine((text) => parseVersion(text) !== null, 'must be a version such as v5.0.5'),
  expiresAt: z.date(),
});
export type PermitText = {
  /** To be signed byte for byte. */
  text: string;
  /** Keys that may sign it, and how many gateways pin each. */
  keys: { fingerprint: string; label: string; kind: string; pinnedBy: number }[];
};

/** Throws NOT_FOUND, GATEWAY_NOT_FOUND, VALIDATION_FAILED, and CONFLICT while no key may sign it. */
export async function permitToSign(actor: Actor, input: z.infer<typeof permitTextSchema>): Promise<PermitText> {
  requireEverywhere(actor, 'release.write');
  const { releaseId, gateway: called, fromVersion, expiresAt } = permitTextSchema.parse(input);
  const db = getDb();
  const release = await db.release.findUnique({ where: { id: releaseId }, select: { version: true, artifactSha256: true } });
  if (!release) throw new DomainError('NOT_FOUND', 'There is no such release.');
  const keys = await db.trustKey.findMany({ where: { state: 'active', purposes: { has: 'downgrade' } }, orderBy: { createdAt: 'desc' } });
  if (keys.length === 0)
    throw new DomainError('CONFLICT', 'No key may sign permissions to go below a rollback floor.', {}, [
      'Ask a key officer to add one with that purpose, and to rotate what the gateways pin',
    ]);
  if (expiresAt.getTime() <= Date.now()) throw invalid('expiresAt', 'must be in the future');
  requireShortLife('expiresAt', expiresAt.getTime());
  const permit: DowngradePermit = {
    type: 'fairlead-downgrade/1',
    gatewayId: called === null ? null : await gatewayIdOf(called),
    fromVersion,
    toVersion: release.version,
    sha256: release.artifactSha256,
    expiresAt: expiresAt.toISOString(),
  };
  return {
    text: `${JSON.stringify(downgradePermitSchema.parse(permit), null, 2)}\n`,
    keys: await Promise.all(
      keys.map(async ({ fingerprint, label, kind }) => ({
        ...{ fingerprint, label, kind },
        pinnedBy: await db.gatewayPins.count({ where: { version: { gt: 0 }, fingerprints: { has: fingerprint } } }),
      })),
    ),
  };
}

async function gatewayIdOf(called: string): Promise<string> {
  const byId = z.uuid().safeParse(called).success ? [{ id: called }] : [];
  const found = await getDb().gateway.findFirst({ where: { OR: [{ name: called }, ...byId] }, select: { id: true } });
  if (!found) throw invalid('gateway', `there is no gateway ${called}`);
  return found.id;
}

/** Throws VALIDATION_FAILED. */
export function requireShortLife(path: string, expiresAtMs: number): void {
  if (outlivesPermits(expiresAtMs, Date.now())) throw invalid(path, `it may hold for ${LONGEST_PERMIT_DAYS} days at most`);
}

export function invalid(path: string, message: string): DomainError {
  return new DomainError('VALIDATION_FAILED', `The permission cannot be made: ${message}.`, { fields: [{ path, message }] });
}
