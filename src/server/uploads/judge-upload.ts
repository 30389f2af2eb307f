/** The verdict on an upload, the same for every way that it came: kept with the upload, and told. */
import { DomainError } from '#/domain/errors/domain-error';
import { type JudgedGateway, judgeImage } from '#/domain/uploads/judge-image';
import type { UploadVerdict } from '#/protocol/rest/upload';
import type { Actor } from '../access/actor';
import { recordAudit } from '../audit/record-audit';
import { getDb, type Tx } from '../db/client';
import type { Upload } from '../db/generated/client';
import { signatureStateOf } from '../releases/signature-state';
import { sizeText } from '../rest/wire-text';
import { countingSignatures } from '../trust/counting-signatures';
import { dropRejected, lockImage, removeBlob } from './drop-rejected';
import { inspectArtifact } from './inspect-artifact';

export type JudgedUpload = Pick<
  Upload,
  'id' | 'fileName' | 'sizeBytes' | 'artifactSha256' | 'version' | 'declaredSha256' | 'minHardware' | 'gatewayId' | 'siteId'
>;

/**
 * Looks into the image, at its signatures and at the gateway, and moves an upload that is `checking` to verified or rejected: the
 * first verdict stays. The image of a rejected one is gone, unless something else needs it.
 * Throws INVALID_UPDATE_FILE when it is no image at all (the upload is rejected then): there is nothing to say of it.
 */
export async function judgeUpload(actor: Actor, upload: JudgedUpload): Promise<UploadVerdict> {
  try {
    const verdict = await verdictOn(upload);
    await settle(actor, upload, verdict.status, verdict.error ?? null, verdict);
    return verdict;
  } catch (error) {
    if (error instanceof DomainError && error.code === 'INVALID_UPDATE_FILE') await settle(actor, upload, 'rejected', error.message, null);
    else await sayTrouble(upload.id, error);
    throw error;
  }
}

/** It stays `checking`, and is tried again (keep-uploads.ts): a rejected one would have to be sent again. Until then it says why. */
async function sayTrouble(id: string, error: unknown): Promise<void> {
  const trouble = error instanceof DomainError ? error.message : 'The image could not be looked into, by a fault of the server.';
  await getDb()
    .upload.updateMany({ where: { id, state: 'checking' }, data: { error: `${trouble} It is tried again every few minutes.` } })
    // What went wrong first counts.
    .catch(() => undefined);
}

/** Changes nothing. */
export async function verdictOn(upload: JudgedUpload): Promise<UploadVerdict> {
  const sha256 = upload.artifactSha256;
  if (sha256 === null) throw new DomainError('INVALID_UPDATE_FILE', 'The upload has no image.');
  const facts = await inspectArtifact(sha256);
  const db = getDb();
  const { signature, signer } = await signatureStateOf(db, sha256, { uploadId: upload.id });
  const newest = await db.artifactSignature.findFirst({
    where: countingSignatures(sha256, { uploadId: upload.id }),
    orderBy: { createdAt: 'desc' },
    select: { reason: true },
  });
  const said = signature === 'unverified' ? ('unsigned' as const) : signature;
  const version = upload.version ?? facts.version ?? '';
  const judged = judgeImage(
    {
      ...{ sha256, facts, version, declaredSha256: upload.declaredSha256, minHardware: upload.minHardware },
      ...{ signature: said, signatureReason: newest?.reason ?? null },
    },
    upload.gatewayId === null ? null : await readGateway(upload.gatewayId),
  );
  return {
    status: judged.error === null ? 'verified' : 'rejected',
    ...(judged.error === null ? {} : { error: judged.error }),
    file: {
      name: upload.fileName,
      size: sizeText(facts.sizeBytes),
      size_bytes: facts.sizeBytes,
      checksum: `sha256:${sha256}`,
      version,
      format: facts.format,
      compression: facts.compression,
    },
    metadata: {
      kernel: facts.kernel,
      build_id: facts.buildId,
      signature: said,
      ...(signer === null || said === 'unsigned' ? {} : { signer }),
      compatibility: judged.compatibility,
      architecture: facts.architecture,
      bootloader_version: facts.bootloader,
      minimum_hardware: facts.minimumHardware ?? upload.minHardware,
    },
    validation: {
      signature_valid: judged.signatureValid,
      checksum_valid: judged.checksumValid,
      partition_layout_valid: judged.layoutValid,
      bootloader_compatible: judged.bootloaderCompatible,
      hardware_compatible: judged.hardwareCompatible,
      size_adequate: judged.sizeAdequate,
    },
  };
}

async function readGateway(id: string): Promise<JudgedGateway | null> {
  const gateway = await getDb().gateway.findUnique({ where: { id }, include: { slots: true } });
  if (!gateway) return null;
  const { activeVersion, hardwareRevision, bootloader, activeSlot, slots } = gateway;
  const inactive = slots.find((slot) => activeSlot !== null && slot.id !== activeSlot);
  return { activeVersion, hardwareRevision, bootloader, slotBytes: inactive ? Number(inactive.sizeBytes) : null };
}

async function settle(
  actor: Actor,
  upload: JudgedUpload,
  state: 'verified' | 'rejected',
  error: string | null,
  verdict: UploadVerdict | null,
) {
  const { id, fileName, siteId, artifactSha256: sha256 } = upload;
  const unwanted = state === 'rejected' ? sha256 : null;
  const settled = async (tx: Tx): Promise<boolean> => {
    if (unwanted !== null) await lockImage(tx, unwanted);
    const { count } = await tx.upload.updateMany({
      where: { id, state: 'checking' },
      data: { state, error, finishedAt: new Date(), ...(verdict === null ? {} : { verdict }) },
    });
    if (count === 0) return false;
    const data = { fileName, status: state, error, sha256 };
    await recordAudit(tx, actor, { name: 'upload.judged', objectType: 'upload', objectId: id, siteId, data });
    return unwanted !== null && (await dropRejected(tx, unwanted));
  };
  // Who takes a revocation list holds the ring for a while.
  const dropped = await getDb().$transaction(settled, { timeout: 20_000 });
  if (dropped && unwanted !== null) await removeBlob(unwanted);
}
