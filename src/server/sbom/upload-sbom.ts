/** Takes the bill of materials of a release: checked, kept as it came, and its components put where they can be searched. */
import { z } from 'zod';
import { DomainError } from '#/domain/errors/domain-error';
import { readCycloneDx, SBOM_MAX_BYTES, type SbomComponentFacts, type SbomFacts } from '#/domain/sbom/cyclonedx';
import type { Actor } from '../access/actor';
import { requireEverywhere } from '../access/require-everywhere';
import { getArtifactStore } from '../artifacts/get-store';
import { lockBlob, removeUnusedBlob } from '../artifacts/unused-blobs';
import { recordAudit } from '../audit/record-audit';
import { getDb, type Tx } from '../db/client';
import { noteRelease } from '../releases/note-release';

export const uploadSbomSchema = z.object({
  releaseId: z.uuid(),
  /** The document as text: CycloneDX in JSON. */
  document: z.string().min(1).max(SBOM_MAX_BYTES),
});
export type UploadedSbom = { sbomId: string; components: number; specVersion: string };

/** A newer one takes the place of what was there. Throws VALIDATION_FAILED, PAYLOAD_TOO_LARGE, NOT_FOUND, CONFLICT. */
export async function uploadSbom(actor: Actor, input: z.infer<typeof uploadSbomSchema>): Promise<UploadedSbom> {
  requireEverywhere(actor, 'release.write');
  const bytes = Buffer.from(input.document, 'utf8');
  if (bytes.length > SBOM_MAX_BYTES)
    throw new DomainError('PAYLOAD_TOO_LARGE', `A bill of materials has at most ${SBOM_MAX_BYTES} bytes.`, { max_bytes: SBOM_MAX_BYTES });
  const facts = parseDocument(input.document);
  const store = getArtifactStore();
  const { sha256, sizeBytes } = await store.put(oneChunk(bytes));
  try {
    return await getDb().$transaction(
      async (tx) => {
        await tx.$queryRaw`SELECT id FROM "Release" WHERE id = ${input.releaseId}::uuid FOR UPDATE`;
        const release = await tx.release.findUnique({ where: { id: input.releaseId }, select: { version: true, state: true } });
        if (!release) throw new DomainError('NOT_FOUND', 'There is no such release.');
        if (release.state === 'withdrawn')
          throw new DomainError('CONFLICT', `${release.version} is withdrawn.`, { version: release.version });
        await lockBlob(tx, sha256);
        if (!(await store.has(sha256)))
          throw new DomainError('SYSTEM_BUSY', 'The same document was removed at the same moment.', {}, ['Try again']);
        const { id } = await tx.sbom.create({
          data: {
            releaseId: input.releaseId,
            format: 'cyclonedx',
            specVersion: facts.specVersion,
            serialNumber: facts.serialNumber,
            sha256,
            sizeBytes,
            componentCount: facts.components.length,
            uploaderId: actor.type === 'system' ? null : actor.id,
            uploader: actor.name,
          },
          select: { id: true },
        });
        await replaceComponents(tx, input.releaseId, facts.components);
        const components = facts.components.length;
        const message = `bill of materials with ${components} ${components === 1 ? 'component' : 'components'} (CycloneDX ${facts.specVersion})`;
        await noteRelease(tx, actor, { releaseId: input.releaseId, kind: 'sbom', message, data: { sbomId: id, sha256, components } });
        const data = { version: release.version, sha256, sizeBytes, components };
        await recordAudit(tx, actor, { name: 'sbom.uploaded', objectType: 'release', objectId: input.releaseId, data });
        return { sbomId: id, components, specVersion: facts.specVersion };
      },
      { timeout: 20_000 },
    );
  } catch (error) {
    await removeUnusedBlob(sha256);
    throw error;
  }
}

function parseDocument(text: string): SbomFacts {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refused([{ path: 'document', message: 'is not JSON' }]);
  }
  const read = readCycloneDx(value);
  if ('faults' in read) throw refused(read.faults);
  return read.facts;
}

function refused(fields: { path: string; message: string }[]): DomainError {
  const first = fields[0];
  return new DomainError(
    'VALIDATION_FAILED',
    `This is no CycloneDX document that can be used: ${first?.path || 'it'} ${first?.message ?? ''}.`,
    {
      fields,
    },
  );
}

/** In one statement: thousands of rows. */
async function replaceComponents(tx: Tx, releaseId: string, components: readonly SbomComponentFacts[]): Promise<void> {
  await tx.$executeRaw`DELETE FROM "SbomComponent" WHERE "releaseId" = ${releaseId}::uuid`;
  const rows = JSON.stringify(components.map((one) => ({ ...one, nameKey: one.name.toLowerCase() })));
  await tx.$executeRaw`
    INSERT INTO "SbomComponent" ("releaseId", "nameKey", name, version, type, purl, licenses)
    SELECT ${releaseId}::uuid, x."nameKey", x.name, x.version, x.type, x.purl, x.licenses
    FROM jsonb_to_recordset(${rows}::jsonb) AS x("nameKey" text, name text, version text, type text, purl text, licenses text[])`;
}

async function* oneChunk(bytes: Uint8Array) {
  yield bytes;
}
