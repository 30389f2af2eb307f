/** Images that were brought by hand: one's own, and all of them for who makes releases of them. */
import { z } from 'zod';
import { permittedSites } from '#/domain/access/grants';
import { DomainError } from '#/domain/errors/domain-error';
import type { Actor } from '../access/actor';
import { getDb, type Prisma } from '../db/client';
import type { Upload } from '../db/generated/client';

export const UPLOAD_STATES = ['receiving', 'checking', 'verified', 'rejected', 'aborted', 'expired'] as const;

export const browseUploadsSchema = z.object({
  states: z.array(z.enum(UPLOAD_STATES)).max(UPLOAD_STATES.length).optional(),
  limit: z.number().int().min(1).max(100).default(25),
  cursor: z.object({ at: z.date(), id: z.uuid() }).nullish(),
});
export type UploadRow = ReturnType<typeof toRow>;
export type UploadPage = { rows: UploadRow[]; nextCursor: { at: Date; id: string } | null };

export async function browseUploads(actor: Actor, input: z.infer<typeof browseUploadsSchema>): Promise<UploadPage> {
  const { states, cursor, limit } = input;
  const found = await getDb().upload.findMany({
    where: {
      AND: [
        visibleUploads(actor),
        states?.length ? { state: { in: states } } : {},
        cursor ? { OR: [{ createdAt: { lt: cursor.at } }, { createdAt: cursor.at, id: { lt: cursor.id } }] } : {},
      ],
    },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: limit + 1,
  });
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return { rows: page.map(toRow), nextCursor: found.length > limit && last ? { at: last.createdAt, id: last.id } : null };
}

/** With its verdict (contract: the answer of /upload/verify) and the releases that were made of its image. */
export async function readUpload(actor: Actor, uploadId: string) {
  const upload = await getDb().upload.findFirst({
    where: { AND: [visibleUploads(actor), { id: uploadId }] },
    include: { artifact: { select: { releases: { select: { id: true, version: true, state: true } } } } },
  });
  if (!upload) throw new DomainError('NOT_FOUND', 'There is no such upload, or you may not see it.');
  return { ...toRow(upload), verdict: upload.verdict as Record<string, unknown> | null, releases: upload.artifact?.releases ?? [] };
}

export function visibleUploads(actor: Actor): Prisma.UploadWhereInput {
  return permittedSites(actor.grants, 'release.write') === 'all' ? {} : { ownerId: actor.id };
}

function toRow(upload: Upload) {
  const { id, owner, fileName, state, artifactSha256, version, description, error, gatewayId, createdAt, finishedAt, expiresAt } = upload;
  const sizeBytes = upload.sizeBytes === null ? null : Number(upload.sizeBytes);
  return {
    ...{ id, owner, fileName, state, artifactSha256, version, description, error, gatewayId, createdAt, finishedAt, expiresAt, sizeBytes },
    offsetBytes: Number(upload.offsetBytes),
    minHardware: upload.minHardware,
  };
}
