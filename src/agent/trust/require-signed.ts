/** The last word on an image: is it signed by a key that this gateway has pinned, and not older than it may be. */
import { decodeImageManifest } from '#/domain/releases/image-manifest';
import { parseVersion } from '#/domain/releases/version';
import type { ImageSignature, Keyring } from '#/protocol/trust/keyring';
import { isBelowFloor, permitFault, readPermit } from '#/trust/downgrade';
import type { SignatureVerdict } from '#/trust/verdict';
import { type SignedBytes, verifyImage } from '#/trust/verify-image';
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
 * cover only says where to look first: a signature counts for the bytes that it is seen to hold for here.
 */
export async function faultOfSignatures(
  deps: EngineDeps,
  order: Order,
  staged: Staged,
  signal: AbortSignal,
): Promise<{ reason: string; details: Record<string, unknown> } | null> {
  const keyring = deps.pins?.keyring() ?? null;
  if (keyring === null) return null;
  const { file, content } = bytesOf(order, staged, signal);
  const looks: SignatureVerdict[] = [];
  const holds = async ({ kind, body }: ImageSignature, at: { file: SignedBytes | null; content: SignedBytes | null }) => {
    if (at.file === null && at.content === null) return false;
    const question = { kind, signature: Buffer.from(body, 'base64'), keyring, nowMs: deps.clock.nowMs() };
    const look = await verifyImage({ ...question, file: at.file, content: async () => at.content, isOneEnough: true });
    looks.push(look);
    return look.verdict === 'verified';
  };
  const signatures = order.signatures ?? [];
  for (const one of signatures)
    if (await holds(one, { file: one.covers === 'content' ? null : file, content: one.covers === 'file' ? null : content })) return null;
  // The rest, where the server has said that there is nothing.
  for (const one of signatures)
    if (await holds(one, { file: one.covers === 'content' ? file : null, content: one.covers === 'file' ? content : null })) return null;
  return {
    reason: (looks[0]?.reason ?? 'nobody has signed it').slice(0, 300),
    details: { verdicts: looks.slice(0, 8).map(({ verdict, keyId }) => ({ verdict, keyId })) },
  };
}

/** What a signature may be over: of content that was put together nobody has the file. */
function bytesOf(order: Order, { file, image }: Staged, signal: AbortSignal): { file: SignedBytes | null; content: SignedBytes | null } {
  const staged = { sha256: image.sha256, read: () => piecesOf(file, image.sizeBytes, signal) };
  if (order.packed === undefined) return { file: staged, content: null };
  if (image.compression === 'none') return { file: null, content: staged };
  const { sha256, sizeBytes: limitBytes } = order;
  // What the file unpacks to was never hashed here: the order's hash of it is the server's word.
  const unpacked = { sha256, isClaimed: true, read: () => contentOf(file, image, { pieceBytes: READ_BYTES, limitBytes }, signal) };
  return { file: staged, content: unpacked };
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
