/** The last word on an image: is it signed by a key that this gateway has pinned, and not older than it may be. */
import { decodeImageManifest } from '#/domain/releases/image-manifest';
import { parseVersion } from '#/domain/releases/version';
import type { Keyring } from '#/protocol/trust/keyring';
import { isBelowFloor, permitFault, readPermit } from '#/trust/downgrade';
import type { SignatureVerdict } from '#/trust/verdict';
import { verifyImage } from '#/trust/verify-image';
import { verifyDocument } from '#/trust/verify-signature';
import type { StorageFile } from '../storage/storage';
import { type EngineDeps, StepFailure } from '../update/engine-deps';
import { contentOf, type ImageFile, type Order, piecesOf } from '../update/image-file';

/** What lies in the staging folder: the file of the order, or what that unpacks to, put together from blocks. */
export type Staged = { file: StorageFile; image: ImageFile };

const READ_BYTES = 262_144;

/**
 * `head` is how the content begins. Throws StepFailure. Without pinned keys there is nothing to ask: the hash of the order alone
 * counts.
 */
export async function requireSigned(deps: EngineDeps, order: Order, staged: Staged, head: Uint8Array, signal: AbortSignal): Promise<void> {
  const keyring = deps.pins?.keyring() ?? null;
  if (keyring === null) return;
  const why = await faultOfSignatures(deps, order, staged, signal);
  if (why !== null)
    throw new StepFailure('SIGNATURE_INVALID', `no release key of this gateway has signed the image: ${why.reason}`, why.details);
  await requireFloor(deps, order, keyring, head, staged.image);
}

/**
 * Why no signature of the order holds for what is staged; null when one does, or nobody asks for one. What the server says of its
 * cover only spares a look: a signature counts for the bytes that it is seen to hold for here.
 */
export async function faultOfSignatures(
  deps: EngineDeps,
  order: Order,
  { file, image }: Staged,
  signal: AbortSignal,
): Promise<{ reason: string; details: Record<string, unknown> } | null> {
  const keyring = deps.pins?.keyring() ?? null;
  if (keyring === null) return null;
  const staged = { sha256: image.sha256, read: () => piecesOf(file, image.sizeBytes, signal) };
  const unpacked = {
    sha256: order.sha256,
    read: () => contentOf(file, image, { pieceBytes: READ_BYTES, limitBytes: order.sizeBytes }, signal),
  };
  const isContent = order.packed !== undefined && image.compression === 'none';
  const looks: SignatureVerdict[] = [];
  for (const { kind, body, covers } of order.signatures ?? []) {
    const look = await verifyImage({
      ...{ kind, signature: Buffer.from(body, 'base64'), keyring, nowMs: deps.clock.nowMs() },
      file: isContent || (covers === 'content' && order.packed) ? null : staged,
      content: async () => {
        if (order.packed === undefined || covers === 'file') return null;
        return isContent ? staged : unpacked;
      },
    });
    if (look.verdict === 'verified') return null;
    looks.push(look);
  }
  return {
    reason: looks[0]?.reason ?? 'nobody has signed it',
    details: { verdicts: looks.map(({ verdict, keyId }) => ({ verdict, keyId })) },
  };
}

/** The version is the one that the signed image says itself; what the order says is the server's word only. */
async function requireFloor(deps: EngineDeps, order: Order, keyring: Keyring, head: Uint8Array, image: ImageFile): Promise<void> {
  const floor = deps.pins?.floorVersion() ?? null;
  if (floor === null) return;
  const version = decodeImageManifest(head)?.version ?? null;
  if (version === null || !parseVersion(version))
    throw new StepFailure('SIGNATURE_INVALID', `the image does not say its version; this gateway takes none below ${floor}`, { floor });
  if (!isBelowFloor(version, floor)) return;
  const refused = await faultOfPermit(deps, order, keyring, { version, sha256: image.sha256 });
  if (refused !== null)
    throw new StepFailure('SIGNATURE_INVALID', `${version} is below the rollback floor ${floor}: ${refused}`, { floor, version });
}

/**
 * Why the order carries no permission for this downgrade; null when it does. It must name the bytes that are here: that they come
 * from the file that it names is the server's word only.
 */
async function faultOfPermit(
  deps: EngineDeps,
  order: Order,
  keyring: Keyring,
  image: { version: string; sha256: string },
): Promise<string | null> {
  if (!order.downgradePermit) return 'no release key has permitted the downgrade';
  const nowMs = deps.clock.nowMs();
  const { verdict, reason } = await verifyDocument(order.downgradePermit, keyring, 'downgrade', nowMs);
  if (verdict !== 'verified') return `the permission does not count: ${reason}`;
  const permit = readPermit(order.downgradePermit.text);
  if (permit === null) return 'the signed text is not a permission to downgrade';
  const runningVersion = (await deps.slots.booted()).version;
  return permitFault(permit, { gatewayId: deps.server.gatewayId, runningVersion, ...image, nowMs });
}
