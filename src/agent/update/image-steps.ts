/** Download, verify and write: from the server to the inactive slot. Each step may be stopped and begun again. */
import { createHash } from 'node:crypto';
import { decodeImageManifest, IMAGE_MANIFEST_BYTES } from '#/domain/releases/image-manifest';
import { slotContents } from '../delta/slot-contents';
import { stageByAnyWay, type TransferReport } from '../delta/stage-image';
import { hashFile, partPath, removeStaged } from '../download/part-file';
import type { JournalJob } from '../journal/journal-schema';
import { requireSigned } from '../trust/require-signed';
import { ActiveSlotError } from '../slots/slot-port';
import { systemCode } from '../storage/storage';
import { type EngineDeps, StepFailure } from './engine-deps';
import type { PhaseProgress } from './progress-meter';

type Tell = (progress: PhaseProgress) => void;
/** Share of the writing phase that is the write; the rest is reading back. */
const WRITE_SHARE = 0.7;

/** bytesDone counts the bytes of the image that are there, fetched or not; the report tells how many were fetched. */
export async function stageImage(deps: EngineDeps, job: JournalJob, signal: AbortSignal, tell: Tell): Promise<TransferReport> {
  const { order } = job;
  const { baseUrl, gatewayId, secret } = deps.server;
  const { storage, clock, fetchHttp, slots } = deps;
  return stageByAnyWay(
    { storage, folder: deps.stagingFolder, clock, fetchHttp, tuning: deps.tuning?.download },
    deps.delta ? { ...deps.delta, slots, contents: await slotContents(slots, deps.journal.read()) } : null,
    {
      url: baseUrl.replace(/\/+$/, '') + order.artifactPath,
      sha256: order.sha256,
      sizeBytes: order.sizeBytes,
      username: gatewayId,
      password: secret,
      speedLimitBytesPerSecond: order.options.speedLimitBytesPerSecond,
    },
    signal,
    ({ bytesDone, errors, retries }) => tell({ percent: (bytesDone * 100) / order.sizeBytes, bytesDone, errors, retries, connections: 1 }),
  );
}

/** Bytes that a download of this job still has to store. */
export async function bytesToStore(deps: EngineDeps, job: JournalJob): Promise<number> {
  const staged = (await deps.storage.sizeOf(partPath(deps.stagingFolder, job.order.sha256))) ?? 0;
  return Math.max(0, job.order.sizeBytes - staged);
}

/** Hashes the staged file again and looks whether the image is for this hardware. */
export async function verifyStaged(deps: EngineDeps, job: JournalJob, signal: AbortSignal, tell: Tell): Promise<void> {
  const { sha256, sizeBytes } = job.order;
  const path = partPath(deps.stagingFolder, sha256);
  const found = (await deps.storage.sizeOf(path)) ?? 0;
  // Without the comparison the hash over all that is there tells it: a wrong size never passes.
  if (found !== sizeBytes && (job.order.options.verifySize || found === 0)) {
    await removeStaged(deps.storage, deps.stagingFolder, sha256);
    const details = { where: 'staging', expectedBytes: sizeBytes, actualBytes: found };
    throw new StepFailure('CHECKSUM_MISMATCH', `the staged image has ${found} bytes instead of ${sizeBytes}`, details);
  }
  const file = await deps.storage.open(path, 'read');
  try {
    const actual = await hashFile(file, found, signal, (done) =>
      tell({ percent: (done * 100) / found, bytesDone: Math.min(done, sizeBytes) }),
    );
    if (actual !== sha256) {
      await removeStaged(deps.storage, deps.stagingFolder, sha256);
      throw new StepFailure('CHECKSUM_MISMATCH', 'the staged image does not have the SHA-256 of the order', { where: 'staging', actual });
    }
    await requireSigned(deps, job.order, file, signal);
    const head = new Uint8Array(Math.min(IMAGE_MANIFEST_BYTES, sizeBytes));
    await file.read(head, 0);
    const hardware = decodeImageManifest(head)?.hardware;
    if (hardware && deps.hardwareRevision !== undefined && !hardware.includes(deps.hardwareRevision)) {
      throw new StepFailure('INVALID_UPDATE_FILE', `the image is for ${hardware.join(', ')}, not for ${deps.hardwareRevision}`);
    }
  } finally {
    await file.close();
  }
}

/** Writes the inactive slot, syncs it, and hashes what the slot then gives back. */
export async function writeSlot(deps: EngineDeps, job: JournalJob, chunkBytes: number, signal: AbortSignal, tell: Tell): Promise<void> {
  const { sha256, sizeBytes, targetSlot } = job.order;
  try {
    await copyToSlot(deps, job, chunkBytes, signal, (done) => tell({ percent: (done * WRITE_SHARE * 100) / sizeBytes, bytesDone: done }));
    const slot = await deps.slots.openForRead(targetSlot);
    try {
      const share = (done: number) => (WRITE_SHARE + ((1 - WRITE_SHARE) * done) / sizeBytes) * 100;
      const actual = await hashFile(slot, sizeBytes, signal, (done) => tell({ percent: share(done), bytesDone: sizeBytes }));
      if (actual !== sha256) {
        throw new StepFailure('CHECKSUM_MISMATCH', `slot ${targetSlot} does not give back what was written`, { where: 'slot', actual });
      }
    } finally {
      await slot.close();
    }
  } catch (error) {
    if (error instanceof ActiveSlotError) throw new StepFailure('INVALID_TARGET_PARTITION', error.message);
    if (systemCode(error) === 'EIO')
      throw new StepFailure('INVALID_TARGET_PARTITION', `slot ${targetSlot} cannot be written or read`, { reason: 'EIO' });
    throw error;
  }
}

async function copyToSlot(
  deps: EngineDeps,
  job: JournalJob,
  chunkBytes: number,
  signal: AbortSignal,
  onBytes: (done: number) => void,
): Promise<void> {
  const { sha256, sizeBytes, targetSlot } = job.order;
  const source = await deps.storage.open(partPath(deps.stagingFolder, sha256), 'read');
  try {
    const slot = await deps.slots.openForWrite(targetSlot);
    try {
      const buffer = new Uint8Array(Math.min(chunkBytes, sizeBytes));
      const hash = createHash('sha256');
      for (let done = 0; done < sizeBytes; ) {
        signal.throwIfAborted();
        const chunk = buffer.subarray(0, Math.min(buffer.length, sizeBytes - done));
        if ((await source.read(chunk, done)) !== chunk.length)
          throw new StepFailure('CHECKSUM_MISMATCH', 'the staged image ended too early');
        hash.update(chunk);
        await slot.write(chunk, done);
        done += chunk.length;
        onBytes(done);
      }
      if (hash.digest('hex') !== sha256) throw new StepFailure('CHECKSUM_MISMATCH', 'the staged image changed while it was written');
      await slot.sync();
    } finally {
      await slot.close();
    }
  } finally {
    await source.close();
  }
}
