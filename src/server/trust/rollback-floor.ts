/** The oldest version that a gateway takes, and the permission to go below it: asked as the gateway will ask, before anything is sent. */
import { DomainError } from '#/domain/errors/domain-error';
import type { SignedDocument } from '#/protocol/trust/keyring';
import { isBelowFloor, permitFault, readPermit } from '#/trust/downgrade';
import type { Db, Tx } from '../db/client';

export type AskedDowngrade = { gateway: { id: string; activeVersion: string | null }; version: string; sha256: string };
export type PermitInForce = { id: string; floor: string; expiresAt: Date; signer: string | null; document: SignedDocument };

/**
 * Null: the version is not below the floor, or the gateway has none (it pins no keys, or has not said). Throws SIGNATURE_INVALID
 * when it is below and no permission serves. In a transaction the permission cannot end before it does.
 */
export async function requireAboveFloor(db: Db | Tx, asked: AskedDowngrade): Promise<PermitInForce | null> {
  const found = await askFloor(db, asked);
  if (found === null || 'permit' in found) return found?.permit ?? null;
  const { floor, refused } = found;
  throw new DomainError(
    'SIGNATURE_INVALID',
    `${asked.version} is below the rollback floor ${floor} of this gateway, and ${refused}.`,
    { version: asked.version, floor_version: floor, active_version: asked.gateway.activeVersion },
    ['Have a downgrade key sign the downgrade, and bring the signature on the page of the release'],
  );
}

/** For an order that is made now; null: it goes without one, and the gateway says what it thinks of that. */
export async function permitOfOrder(tx: Tx, asked: AskedDowngrade): Promise<SignedDocument | null> {
  const found = await askFloor(tx, asked);
  return found !== null && 'permit' in found ? found.permit.document : null;
}

export async function askFloor(
  db: Db | Tx,
  { gateway, version, sha256 }: AskedDowngrade,
): Promise<{ permit: PermitInForce } | { floor: string; refused: string } | null> {
  const pins = await db.gatewayPins.findUnique({ where: { gatewayId: gateway.id } });
  const floor = pins?.floorVersion ?? null;
  // Without pinned keys the agent asks nothing.
  if (!pins || pins.version === 0 || floor === null || !isBelowFloor(version, floor)) return null;
  // Locked: who ends one meanwhile waits, and then finds the job that was made by it.
  await db.$queryRaw`SELECT id FROM "DowngradePermit" WHERE "artifactSha256" = ${sha256} AND "endedAt" IS NULL ORDER BY id FOR SHARE`;
  const rows = await db.downgradePermit.findMany({ where: { artifactSha256: sha256, endedAt: null }, orderBy: { expiresAt: 'desc' } });
  const asked = { gatewayId: gateway.id, runningVersion: gateway.activeVersion, version, sha256, nowMs: Date.now() };
  let refused = 'no downgrade key has permitted it';
  for (const row of rows) {
    const permit = readPermit(row.text);
    const fault = permit === null ? 'the signed text cannot be read' : permitFault(permit, asked);
    if (fault !== null) refused = fault;
    else if (!pins.fingerprints.includes(row.keyFingerprint))
      refused = `the permission is signed by a key that the gateway does not pin (…${row.keyFingerprint.slice(-8)})`;
    else {
      const signature = { kind: row.signatureKind === 'cms' ? ('cms' as const) : ('gpg' as const), body: base64(row.signature) };
      return { permit: { id: row.id, floor, expiresAt: row.expiresAt, signer: row.signer, document: { text: row.text, signature } } };
    }
  }
  return { floor, refused };
}

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
