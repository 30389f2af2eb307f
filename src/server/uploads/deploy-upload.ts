/** Brings an image that was uploaded and verified to one gateway, without making a release of it. */
import { DomainError } from '#/domain/errors/domain-error';
import type { SlotId } from '#/domain/jobs/job-options';
import { jobOptionsSchema } from '#/domain/jobs/job-options';
import type { UploadVerdict } from '#/protocol/rest/upload';
import type { Actor } from '../access/actor';
import { getArtifactStore } from '../artifacts/get-store';
import { getDb } from '../db/client';
import type { Upload } from '../db/generated/client';
import { requireInactiveSlot, requireSpace, readTargetGateway } from '../jobs/check-target';
import { orderJob, withGatewayLocked } from '../jobs/order-job';
import { contentOf } from '../jobs/slot-content';
import { orderJobSnapshot } from '../recovery/job-snapshot';
import { signatureStateOf } from '../releases/signature-state';
import { readSettings } from '../settings/read-settings';
import { lockRing } from '../trust/lock-ring';
import { requireAboveFloor } from '../trust/rollback-floor';
import { safeFileName } from './file-name';
import { verdictOn } from './judge-upload';

export type DeployUpload = {
  gateway: { id: string; siteId: string };
  fileName: string;
  version: string;
  targetSlot: SlotId;
  /** Judges it again, for this gateway and by the keys of now. */
  verifyAgain: boolean;
  createSnapshot: boolean;
};
export type Deployment = {
  deploymentId: string;
  jobId: string;
  version: string;
  targetSlot: SlotId;
  sizeBytes: number;
  autoRollback: boolean;
};

/** Throws INVALID_UPDATE_FILE, SIGNATURE_INVALID, CHECKSUM_MISMATCH (OTA_005 to 007) and what an update throws. */
export async function deployUpload(actor: Actor, input: DeployUpload): Promise<Deployment> {
  const upload = await findUpload(actor, input);
  requireVerified(upload, upload.verdict as UploadVerdict | null);
  if (input.verifyAgain) {
    const verdict = await verdictOn({ ...upload, gatewayId: input.gateway.id });
    if (verdict.status === 'rejected') throw refusalOf(verdict);
  }
  const sha256 = upload.artifactSha256 as string;
  if (!(await getArtifactStore().has(sha256)))
    throw new DomainError('INVALID_UPDATE_FILE', 'The image is not in the artifact store any more.', {}, ['Upload it again']);
  return withGatewayLocked(input.gateway.id, async (tx) => {
    const gateway = await readTargetGateway(tx, actor, input.gateway.id);
    const targetSlot = requireInactiveSlot(gateway, input.targetSlot);
    await lockRing(tx, 'read');
    // Whether or not it is judged again: its key may have been revoked since it was verified.
    if ((await signatureStateOf(tx, sha256, { uploadId: upload.id })).signature === 'invalid')
      throw new DomainError('SIGNATURE_INVALID', 'No signature of the image counts: its key may have been revoked.', {
        filename: upload.fileName,
      });
    await requireAboveFloor(tx, { gateway, version: input.version, sha256 });
    const artifact = await tx.artifact.findUniqueOrThrow({ where: { sha256 } });
    const contentBytes = contentOf(artifact).sizeBytes;
    requireSpace(gateway, targetSlot, { version: input.version, sizeBytes: Number(artifact.sizeBytes), contentBytes });
    const same = await tx.release.findUnique({
      where: { version: input.version },
      select: { id: true, artifactSha256: true, state: true },
    });
    if (same && same.artifactSha256 !== sha256)
      throw new DomainError('INVALID_UPDATE_FILE', `${input.version} is a release with another image; give this one another version.`, {
        version: input.version,
      });
    if (same?.state === 'withdrawn')
      throw new DomainError('INVALID_UPDATE_FILE', `${input.version} was withdrawn.`, { version: input.version });
    const { verification, update_strategy: strategy } = (await readSettings(tx, gateway.id)).body;
    const options = jobOptionsSchema.parse({
      verifySignature: verification.verify_signature,
      verifyChecksum: verification.verify_checksum,
      verifySize: verification.verify_size,
      createSnapshot: input.createSnapshot,
    });
    const { job } = await orderJob(tx, actor, {
      gateway,
      operation: 'update',
      type: 'install',
      intent: 'install',
      time: { strategy, operation: 'O3' },
      secondId: 'OTA-DEP',
      toVersion: input.version,
      targetSlot,
      ...(same ? { release: same } : {}),
      artifactSha256: sha256,
      options,
      bytesTotal: artifact.sizeBytes,
      message: `deployed ${upload.fileName} as ${input.version} to partition ${targetSlot}`,
      withJob: async (made) => {
        await orderJobSnapshot(tx, actor, made);
      },
    });
    const deploymentId = job.installationId ?? job.id;
    const { autoRollback } = jobOptionsSchema.parse(job.options);
    return { deploymentId, jobId: job.id, version: input.version, targetSlot, sizeBytes: Number(artifact.sizeBytes), autoRollback };
  });
}

/** One's own, else one that was verified for a gateway of this site; the newest of that name and version: nobody's newer one takes the place of one's own. */
async function findUpload(actor: Actor, { gateway, fileName, version }: DeployUpload): Promise<Upload> {
  const called = { fileName: safeFileName(fileName), version, state: { in: ['checking', 'verified', 'rejected'] } };
  const newest = (whose: { ownerId: string } | { siteId: string }) =>
    getDb().upload.findFirst({ where: { ...called, ...whose }, orderBy: { createdAt: 'desc' } });
  const upload = (await newest({ ownerId: actor.id })) ?? (await newest({ siteId: gateway.siteId }));
  if (upload) return upload;
  throw new DomainError(
    'INVALID_UPDATE_FILE',
    'No file of this name and version was uploaded and verified.',
    { filename: fileName, version },
    ['Send it to /upload/verify first'],
  );
}

function requireVerified(upload: Upload, verdict: UploadVerdict | null): void {
  if (upload.state === 'verified') return;
  if (upload.state === 'checking') throw new DomainError('SYSTEM_BUSY', 'The file is still being verified.', {}, ['Try again in a moment']);
  const resolution = ['Send a file that is verified'];
  throw verdict === null
    ? new DomainError('INVALID_UPDATE_FILE', upload.error ?? 'The file was rejected.', {}, resolution)
    : refusalOf(verdict, resolution);
}

function refusalOf({ error = 'The file was rejected.', validation }: UploadVerdict, resolution: string[] = []): DomainError {
  const details = { validation };
  if (validation.checksum_valid === false) return new DomainError('CHECKSUM_MISMATCH', error, details, resolution);
  if (validation.signature_valid === false) return new DomainError('SIGNATURE_INVALID', error, details, resolution);
  return new DomainError('INVALID_UPDATE_FILE', error, details, resolution);
}
