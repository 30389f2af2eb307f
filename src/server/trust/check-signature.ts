/** Looks at a signature of a stored image and keeps it with what was found. */
import { DomainError } from '#/domain/errors/domain-error';
import { ImageRefused } from '#/domain/images/image-refused';
import { type Keyring, MAX_SIGNATURE_BYTES, type SignatureKind } from '#/protocol/trust/keyring';
import { no, type SignatureVerdict } from '#/trust/verdict';
import { type ImageVerdict, verifyImage } from '#/trust/verify-image';
import type { Actor } from '../access/actor';
import { getArtifactStore } from '../artifacts/get-store';
import { lockBlob } from '../artifacts/unused-blobs';
import { recordAudit } from '../audit/record-audit';
import { getDb, type Tx } from '../db/client';
import { LookCutShort } from '../images/inspector-process';
import type { CameWith } from './counting-signatures';
import { lockRing } from './lock-ring';
import { readKeyring } from './read-keyring';
import { settleReleases } from './settle-releases';
import { contentToVerify } from './unpacked-content';

export type CheckSignature = {
  artifactSha256: string;
  kind: SignatureKind;
  body: Uint8Array;
  /** What it came with: one that does not hold is held against nothing else. Absent: it came for the image itself. */
  cameWith?: CameWith;
};
export type CheckedSignature = ImageVerdict & { signatureId: string };

/**
 * The caller has asked whether the actor may; the image is in the store and has its row. Its releases follow the verdict.
 * Throws PAYLOAD_TOO_LARGE, NOT_FOUND, SYSTEM_BUSY when the look was cut short; a signature that does not hold is an answer and no error.
 */
export async function checkSignature(actor: Actor, input: CheckSignature): Promise<CheckedSignature> {
  const { artifactSha256, kind, body } = input;
  if (body.length > MAX_SIGNATURE_BYTES)
    throw new DomainError('PAYLOAD_TOO_LARGE', `A signature has at most ${MAX_SIGNATURE_BYTES / 1024} KiB.`);
  for (;;) {
    const lists = await getDb().revocationList.count();
    const seen = await look(artifactSha256, kind, body).catch(tryAgain);
    const kept = await getDb().$transaction(async (tx) => {
      await lockRing(tx, 'read');
      // A list came while the image was read: it is looked at again.
      return (await tx.revocationList.count()) === lists
        ? keep(tx, actor, input, { ...(await verdictByKeyState(seen, tx)), covers: seen.covers })
        : null;
    });
    if (kept !== null) return kept;
  }
}

async function keep(tx: Tx, actor: Actor, input: CheckSignature, verdict: ImageVerdict): Promise<CheckedSignature> {
  const { artifactSha256, kind, body, cameWith = {} } = input;
  await lockBlob(tx, artifactSha256);
  const { id } = await tx.artifactSignature.create({
    data: {
      ...{ artifactSha256, kind, ...cameWith, body: Uint8Array.from(body) },
      verdict: verdict.verdict,
      covers: verdict.covers,
      verifiedAt: verdict.verdict === 'verified' ? new Date() : null,
      keyFingerprint: verdict.keyId,
      signer: verdict.signer,
      reason: verdict.reason,
      addedById: actor.type === 'system' ? null : actor.id,
      addedBy: actor.name,
    },
    select: { id: true },
  });
  await settleReleases(tx, actor, [artifactSha256]);
  await recordAudit(tx, actor, {
    name: 'signature.checked',
    objectType: 'artifact',
    objectId: artifactSha256,
    data: { kind, verdict: verdict.verdict, covers: verdict.covers, keyFingerprint: verdict.keyId, reason: verdict.reason },
  });
  return { ...verdict, signatureId: id };
}

/** What to look with. `ring`: instead of the keyring as it is. `covers`: what it was seen to hold for before, so that nothing else is read. */
export type Look = { ring?: Keyring; covers?: string | null };

/** A look that was cut short says nothing of the signature, so nothing is kept of it. */
export function tryAgain(error: unknown): never {
  if (!(error instanceof LookCutShort)) throw error;
  throw new DomainError(
    'SYSTEM_BUSY',
    `What the image unpacks to could not be looked at, which says nothing of the signature: try again. ${error.message}`,
    {},
    ['Try again in a minute', 'If it stays so, sign the compressed file as it is: that needs no unpacking'],
  );
}

/**
 * Reads the image from the store, and has what it unpacks to read in a process of its own when the signature is not over the file.
 * Throws LookCutShort when that does not come to its end.
 */
export async function look(sha256: string, kind: SignatureKind, signature: Uint8Array, { ring, covers }: Look = {}): Promise<ImageVerdict> {
  const blob = await getArtifactStore().open(sha256);
  if (blob === null) throw new DomainError('NOT_FOUND', 'The image is not in the artifact store.', { sha256 });
  try {
    let unknown = '';
    const seen = await verifyImage({
      ...{ kind, signature, keyring: ring ?? (await readKeyring(getDb())), nowMs: Date.now() },
      file: covers === 'content' ? null : { sha256, read: () => blob.read(0, blob.sizeBytes - 1) },
      content: async () => {
        const content = covers === 'file' ? null : await contentToVerify(sha256, blob);
        if (typeof content === 'string') unknown = ` Whether it is over what the file unpacks to cannot be told: ${content}`;
        return typeof content === 'string' ? null : content;
      },
    });
    return seen.verdict === 'invalid' ? { ...seen, reason: seen.reason + unknown } : seen;
  } catch (error) {
    // Nobody may install what is damaged here, whatever was signed: that is a verdict, and stops nothing else.
    if (!(error instanceof ImageRefused)) throw error;
    return { ...no('invalid', `The image in the store is damaged: ${error.message}`), covers: null };
  } finally {
    blob.release();
  }
}

/** The key may have ended while the image was read; and a retired key signs nothing new. */
export async function verdictByKeyState(seen: SignatureVerdict, tx: Tx): Promise<SignatureVerdict> {
  if (seen.verdict !== 'verified' || seen.keyId === null) return seen;
  // Locked: who revokes it meanwhile waits, and then finds the signature that is kept here.
  const [key] = await tx.$queryRaw<{ state: string }[]>`SELECT state FROM "TrustKey" WHERE fingerprint = ${seen.keyId} FOR SHARE`;
  if (key?.state === 'active') return seen;
  if (key?.state === 'revoked') return { ...seen, verdict: 'revoked', reason: 'Its key is revoked.' };
  return { ...seen, verdict: 'untrusted', reason: 'Its key is retired: what it signed before counts, nothing new does.' };
}
