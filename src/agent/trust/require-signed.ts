/** The last word on an image: is it signed by a key that this gateway has pinned, and not older than it may be. */
import { decodeImageManifest, IMAGE_MANIFEST_BYTES } from '#/domain/releases/image-manifest';
import { parseVersion } from '#/domain/releases/version';
import type { Keyring } from '#/protocol/trust/keyring';
import { isBelowFloor, permitFault, readPermit } from '#/trust/downgrade';
import type { SignatureVerdict } from '#/trust/verdict';
import { verifyDocument, verifySignature } from '#/trust/verify-signature';
import type { JournalJob } from '../journal/journal-schema';
import type { StorageFile } from '../storage/storage';
import { type EngineDeps, StepFailure } from '../update/engine-deps';

const READ_BYTES = 1_048_576;
type Order = JournalJob['order'];

/** Throws StepFailure. Without pinned keys there is nothing to ask: the hash of the order alone counts. */
export async function requireSigned(deps: EngineDeps, order: Order, image: StorageFile, signal: AbortSignal): Promise<void> {
  const keyring = deps.pins?.keyring() ?? null;
  if (keyring === null) return;
  await requireSignature(deps, order, keyring, image, signal);
  await requireFloor(deps, order, keyring, image);
}

async function requireSignature(deps: EngineDeps, order: Order, keyring: Keyring, image: StorageFile, signal: AbortSignal): Promise<void> {
  const looks: SignatureVerdict[] = [];
  for (const { kind, body } of order.signatures ?? []) {
    const look = await verifySignature({
      kind,
      signature: Buffer.from(body, 'base64'),
      content: () => chunksOf(image, order.sizeBytes, signal),
      sha256: order.sha256,
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
async function requireFloor(deps: EngineDeps, order: Order, keyring: Keyring, image: StorageFile): Promise<void> {
  const floor = deps.pins?.floorVersion() ?? null;
  if (floor === null) return;
  const head = new Uint8Array(Math.min(IMAGE_MANIFEST_BYTES, order.sizeBytes));
  await image.read(head, 0);
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
  return permitFault(permit, { gatewayId: deps.server.gatewayId, runningVersion, version, sha256: order.sha256, nowMs });
}

async function* chunksOf(file: StorageFile, sizeBytes: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for (let done = 0; done < sizeBytes; ) {
    signal.throwIfAborted();
    // A buffer of its own each time: the reader may still hold the one before.
    const chunk = new Uint8Array(Math.min(READ_BYTES, sizeBytes - done));
    const count = await file.read(chunk, done);
    if (count === 0) return;
    done += count;
    yield chunk.subarray(0, count);
  }
}
