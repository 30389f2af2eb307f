/** A program sends an image in one form: kept in the store, judged at once. */
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { DomainError } from '#/domain/errors/domain-error';
import { parseVersion } from '#/domain/releases/version';
import type { UploadVerdict, uploadVerifyFieldsSchema } from '#/protocol/rest/upload';
import { MAX_SIGNATURE_BYTES } from '#/protocol/trust/keyring';
import type { Actor } from '../access/actor';
import type { StoredBlob } from '../artifacts/artifact-store';
import { getArtifactStore } from '../artifacts/get-store';
import { lockBlob } from '../artifacts/unused-blobs';
import { recordAudit } from '../audit/record-audit';
import { getDb, type Tx } from '../db/client';
import type { Upload } from '../db/generated/client';
import { checkSignature } from '../trust/check-signature';
import { expiresAt } from './begin-upload';
import { judgeUpload } from './judge-upload';
import type { MultipartForm } from './receive-multipart';
import { signatureKindOf } from './signature-kind';

/** Who sends what is rejected again and again is not waited for. */
const MOST_TURNS = 3;

export type VerifyUpload = {
  fields: z.output<typeof uploadVerifyFieldsSchema>;
  form: MultipartForm;
  /** Null: it is judged for no gateway in particular. */
  gateway: { id: string; siteId: string } | null;
};

/** Throws VALIDATION_FAILED, PAYLOAD_TOO_LARGE, INVALID_UPDATE_FILE (no image), UPDATE_SERVER_UNREACHABLE and what the store throws. */
export async function verifyUpload(actor: Actor, input: VerifyUpload): Promise<UploadVerdict & { upload_id: string }> {
  const { fields, form, gateway } = input;
  const { file } = form;
  if (file === null) throw invalid('file', 'is missing');
  if (!fields.version.startsWith('v') || parseVersion(fields.version) === null)
    throw invalid('version', 'must be a version such as v5.1.0 or v5.1.0-custom');
  if (file.sizeBytes === 0) throw new DomainError('INVALID_UPDATE_FILE', 'The image is empty.');
  const signature = form.attachments.signature ?? (fields.signature === undefined ? null : Buffer.from(fields.signature));
  if (signature !== null) requireSignatureSize(signature);
  const { sha256, sizeBytes } = file;
  const id = randomUUID();
  const upload = await keepImage({ path: file.path, sha256, sizeBytes }, async (tx) => {
    const row = await tx.upload.create({
      data: {
        ...{ id, ownerId: actor.id, owner: actor.name, fileName: file.fileName, sizeBytes, offsetBytes: sizeBytes },
        ...{ declaredSha256: fields.checksum ?? null, version: fields.version, description: fields.description ?? null },
        ...{ minHardware: fields.min_hardware ?? null, gatewayId: gateway?.id ?? null, siteId: gateway?.siteId ?? null },
        ...{ state: 'checking', artifactSha256: sha256, metadata: { source: 'rest' }, expiresAt: expiresAt() },
      },
    });
    const data = { fileName: file.fileName, sha256, sizeBytes };
    await recordAudit(tx, actor, { name: 'upload.received', objectType: 'upload', objectId: id, siteId: gateway?.siteId ?? null, data });
    return row;
  });
  // It is in the store: while it is looked into it is not counted a second time as coming.
  await form.discard();
  if (signature !== null && signature.length > 0)
    await checkSignature(actor, { artifactSha256: sha256, kind: signatureKindOf(signature), body: signature, cameWith: { uploadId: id } });
  return { ...(await judgeUpload(actor, upload)), upload_id: id };
}

/** Puts the file into the store, again when a rejected upload of the same bytes took it away, and names it. */
async function keepImage({ path, sha256, sizeBytes }: StoredBlob & { path: string }, name: (tx: Tx) => Promise<Upload>): Promise<Upload> {
  const store = getArtifactStore();
  for (let turn = 0; turn < MOST_TURNS; turn += 1) {
    await store.adopt(path, { sha256, sizeBytes });
    const row = await getDb().$transaction(async (tx) => {
      await lockBlob(tx, sha256);
      if (!(await store.has(sha256))) return null;
      await tx.artifact.createMany({ data: { sha256, sizeBytes }, skipDuplicates: true });
      return name(tx);
    });
    if (row !== null) return row;
  }
  throw new DomainError('SYSTEM_BUSY', 'The same image was removed at the same moment.', {}, ['Try again']);
}

/** Before anything is kept. */
function requireSignatureSize(signature: Buffer): void {
  if (signature.length > MAX_SIGNATURE_BYTES)
    throw new DomainError('PAYLOAD_TOO_LARGE', `A signature has at most ${MAX_SIGNATURE_BYTES / 1024} KiB.`);
}

function invalid(path: string, message: string): DomainError {
  return new DomainError('VALIDATION_FAILED', `The form is not valid: ${path} ${message}.`, { fields: [{ path, message }] });
}
