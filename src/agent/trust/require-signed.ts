/** The last word on an image: is it signed by a key that this gateway has pinned, and not older than it may be. */
import { decodeImageManifest } from '#/domain/releases/image-manifest';
import { parseVersion } from '#/domain/releases/version';
import type { Keyring } from '#/protocol/trust/keyring';
import { isBelowFloor, permitFault, readPermit } from '#/trust/downgrade';
import type { SignatureVerdict } from '#/trust/verdict';
import { verifyDocument, verifySignature } from '#/trust/verify-signature';
import type { StorageFile } from '../storage/storage';
import { type EngineDeps, StepFailure } from '../update/engine-deps';
import { fileOf, type Order, piecesOf } from '../update/image-file';

/**
 * `file` is what is staged, and `head` how the content begins. Throws StepFailure. Without pinned keys there is nothing to ask:
 * the hash of the order alone counts.
 */
export async function requireSigned(
  deps: EngineDeps,
  order: Order,
  file: StorageFile,
  head: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  const keyring = deps.pins?.keyring() ?? null;
  if (keyring === null) return;
  await requireSignature(deps, order, keyring, file, signal);
  await requireFloor(deps, order, keyring, head);
}

async function requireSignature(deps: EngineDeps, order: Order, keyring: Keyring, file: StorageFile, signal: AbortSignal): Promise<void> {
  const { sha256, sizeBytes } = fileOf(order);
  const looks: SignatureVerdict[] = [];
  for (const { kind, body } of order.signatures ?? []) {
    const look = await verifySignature({
      kind,
      signature: Buffer.from(body, 'base64'),
      content: () => piecesOf(file, sizeBytes, signal),
      sha256,
      keyring,
      nowMs: deps.clock.nowMs(),
    });
    if (look.verdict === 'verified') return;
    looks.push(look);
  }
  const why = looks[0]?.reason ?? 'nobody has signed it';
  throw new StepFailure('SIGNATURE_INVALID', `no release key of this gateway has signed the image: ${why}`, {
    verdicts: looks.map(({ verdict, keyId }) => ({ verdict, keyId })),
  });
}

/** The version is the one that the signed image says itself; what the order says is the server's word only. */
async function requireFloor(deps: EngineDeps, order: Order, keyring: Keyring, head: Uint8Array): Promise<void> {
  const floor = deps.pins?.floorVersion() ?? null;
  if (floor === null) return;
  const version = decodeImageManifest(head)?.version ?? null;
  if (version === null || !parseVersion(version))
    throw new StepFailure('SIGNATURE_INVALID', `the image does not say its version; this gateway takes none below ${floor}`, { floor });
  if (!isBelowFloor(version, floor)) return;
  const refused = await faultOfPermit(deps, order, keyring, version);
  if (refused !== null)
    throw new StepFailure('SIGNATURE_INVALID', `${version} is below the rollback floor ${floor}: ${refused}`, { floor, version });
}

/** Why the order carries no permission for this downgrade; null when it does. */
async function faultOfPermit(deps: EngineDeps, order: Order, keyring: Keyring, version: string): Promise<string | null> {
  if (!order.downgradePermit) return 'no release key has permitted the downgrade';
  const nowMs = deps.clock.nowMs();
  const { verdict, reason } = await verifyDocument(order.downgradePermit, keyring, 'downgrade', nowMs);
  if (verdict !== 'verified') return `the permission does not count: ${reason}`;
  const permit = readPermit(order.downgradePermit.text);
  if (permit === null) return 'the signed text is not a permission to downgrade';
  const runningVersion = (await deps.slots.booted()).version;
  return permitFault(permit, { gatewayId: deps.server.gatewayId, runningVersion, version, sha256: fileOf(order).sha256, nowMs });
}
