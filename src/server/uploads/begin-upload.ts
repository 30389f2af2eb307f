/** A person announces an image: who, how large, and what it is said to be. */
import { z } from 'zod';
import { DomainError } from '#/domain/errors/domain-error';
import type { Actor } from '../access/actor';
import { getArtifactStore } from '../artifacts/get-store';
import { roomLeft } from '../artifacts/quota';
import { tooLarge } from '../artifacts/receive-file';
import { recordAudit } from '../audit/record-audit';
import { getEnv } from '../config/env';
import { getDb, type Tx } from '../db/client';
import { findGateway } from '../gateways/find-gateway';
import { safeFileName } from './file-name';
import { requireDisk } from './upload-file';

const text = (length: number) => z.string().trim().min(1).max(length).optional();

/** What may be said of an upload at its beginning; the names are those of the resumable protocol's metadata. */
export const uploadMetadataSchema = z.object({
  filename: z.string().max(1000).optional(),
  sha256: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, 'must be a SHA-256 in hex')
    .transform((hex) => hex.toLowerCase())
    .optional(),
  version: text(80),
  description: text(500),
  min_hardware: text(80),
  gateway_id: z.uuid().optional(),
});

export function expiresAt(): Date {
  return new Date(Date.now() + getEnv().UPLOAD_EXPIRE_HOURS * 3_600_000);
}

/** Throws VALIDATION_FAILED, PAYLOAD_TOO_LARGE, INSUFFICIENT_DISK_SPACE and what findGateway throws. */
export async function beginUpload(
  actor: Actor,
  input: { id: string; sizeBytes: number | undefined; metadata: Record<string, unknown> },
): Promise<void> {
  const about = uploadMetadataSchema.parse(input.metadata);
  const { id, sizeBytes } = input;
  const { UPLOAD_MAX_BYTES } = getEnv();
  if (sizeBytes === undefined || !Number.isSafeInteger(sizeBytes) || sizeBytes < 1) {
    throw new DomainError('VALIDATION_FAILED', 'Say how many bytes will come: at least one.');
  }
  if (sizeBytes > UPLOAD_MAX_BYTES) throw tooLarge(UPLOAD_MAX_BYTES);
  const gateway = about.gateway_id === undefined ? null : await findGateway(actor, { id: about.gateway_id }, 'upload.write');
  await requireDisk(sizeBytes);
  const room = await roomLeft(getArtifactStore());
  await getDb().$transaction(async (tx) => {
    if (room.bytes < Number.POSITIVE_INFINITY && room.bytes - (await promisedBytes(tx)) < sizeBytes) throw room.error();
    const fileName = safeFileName(about.filename);
    await tx.upload.create({
      data: {
        id,
        ownerId: actor.id,
        owner: actor.name,
        fileName,
        sizeBytes,
        declaredSha256: about.sha256 ?? null,
        version: about.version ?? null,
        description: about.description ?? null,
        minHardware: about.min_hardware ?? null,
        gatewayId: gateway?.id ?? null,
        siteId: gateway?.siteId ?? null,
        expiresAt: expiresAt(),
      },
    });
    const data = { fileName, sizeBytes, declaredSha256: about.sha256 ?? null };
    await recordAudit(tx, actor, { name: 'upload.started', objectType: 'upload', objectId: id, siteId: gateway?.siteId ?? null, data });
  });
}

/** What uploads that run may still bring. One announcement at a time from here on. */
async function promisedBytes(tx: Tx): Promise<number> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('fairlead upload quota', 0))`;
  const [row] = await tx.$queryRaw<{ bytes: bigint }[]>`
    SELECT coalesce(sum("sizeBytes" - "offsetBytes"), 0)::bigint AS bytes FROM "Upload" WHERE state = 'receiving'`;
  return Number(row?.bytes ?? 0);
}
