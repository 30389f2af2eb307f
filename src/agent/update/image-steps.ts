/** Download, verify and write: from the server to the inactive slot. Each step may be stopped and begun again. */
import { createHash } from 'node:crypto';
import { decodeImageManifest } from '#/domain/releases/image-manifest';
import type { SignalSet } from '#/domain/safety/signals';
import { slotContents } from '../delta/slot-contents';
import { stageByAnyWay, type TransferReport } from '../delta/stage-image';
import { hashFile, partPath, removeStaged } from '../download/part-file';
import type { JournalJob } from '../journal/journal-schema';
import { readPermit } from '#/trust/downgrade';
import { faultOfSignatures, requireSigned } from '../trust/require-signed';
import { ActiveSlotError } from '../slots/slot-port';
import { systemCode } from '../storage/storage';
import { type EngineDeps, StepFailure } from './engine-deps';
import { contentOf, fileOf, headOf, type ImageFile, inFileBytes, type Order, stagedFile } from './image-file';
import type { PhaseProgress } from './progress-meter';

type Tell = (progress: PhaseProgress) => void;
/** Share of the writing phase that is the write; the rest is reading back. */
const WRITE_SHARE = 0.7;
/** Room that stays free beside an image that is put together; with twice what is to come, so that no gate holds it half done. */
const SPARE_BYTES = 64 * 1_048_576;

/** bytesDone counts the bytes of the image that are there, fetched or not; the report tells how many were fetched. */
export async function stageImage(deps: EngineDeps, job: JournalJob, signal: AbortSignal, tell: Tell): Promise<TransferReport> {
  if (!deps.delta) return stage(deps, job, false, signal, tell);
  const whole = job.wholeBecause ?? (await whyWhole(deps, job.order));
  const report = await stage(deps, job, whole === null, signal, tell);
  if (whole !== null) return { reason: whole, ...report };
  const unsigned = report.mode === 'full' ? null : await whyContentWillNotDo(deps, job.order, signal);
  if (unsigned === null) return report;
  // Before anything of it goes: a restart would put it together again, only to throw it away.
  await deps.journal.update(({ job: draft }) => {
    if (draft) draft.wholeBecause = unsigned;
  });
  await removeStaged(deps.storage, deps.stagingFolder, job.order.sha256);
  const again = await stage(deps, job, false, signal, tell);
  const [bytesFetched, requests] = [report.bytesFetched + again.bytesFetched, report.requests + again.requests];
  return { ...again, bytesFetched, requests, reason: unsigned };
}

async function stage(deps: EngineDeps, { order }: JournalJob, byParts: boolean, signal: AbortSignal, tell: Tell): Promise<TransferReport> {
  const { sha256, sizeBytes } = fileOf(order);
  const { baseUrl, gatewayId, secret } = deps.server;
  const { storage, clock, fetchHttp, slots, delta } = deps;
  return stageByAnyWay(
    { storage, folder: deps.stagingFolder, clock, fetchHttp, tuning: deps.tuning?.download },
    delta && byParts ? { ...delta, slots, contents: await slotContents(slots, deps.journal.read()) } : null,
    {
      url: baseUrl.replace(/\/+$/, '') + order.artifactPath,
      sha256,
      sizeBytes,
      ...(order.packed ? { content: { sha256: order.sha256, sizeBytes: order.sizeBytes } } : {}),
      username: gatewayId,
      password: secret,
      speedLimitBytesPerSecond: order.options.speedLimitBytesPerSecond,
    },
    signal,
    ({ bytesDone, errors, retries }) => tell({ percent: (bytesDone * 100) / sizeBytes, bytesDone, errors, retries, connections: 1 }),
  );
}

/** Why of a compressed image nothing but the whole file will do; null: nothing speaks against its blocks. */
async function whyWhole(deps: EngineDeps, { packed, sha256, sizeBytes, signatures = [], downgradePermit }: Order): Promise<string | null> {
  if (packed === undefined) return null;
  if (deps.pins?.keyring()) {
    if (!signatures.some(({ covers }) => covers === 'content' || covers === 'both'))
      return 'release keys have signed the compressed file only, so this gateway needs the whole of it';
    if (downgradePermit && readPermit(downgradePermit.text)?.sha256 !== sha256)
      return 'the permission to downgrade is for the compressed file, so this gateway needs the whole of it';
  }
  const left = sizeBytes - ((await deps.storage.sizeOf(partPath(deps.stagingFolder, sha256))) ?? 0);
  const free = (await deps.signals.read().catch((): SignalSet => ({}))).disk_space?.value.freeBytes;
  // The gate has looked for the room that the file takes, and its content takes more.
  return free === undefined || free < Math.max(2 * left, left + SPARE_BYTES) ? 'the disk has no room for the image unpacked' : null;
}

/** Why the content of a compressed image, put together, is of no use while the file may be: its keys are not the pinned ones. */
async function whyContentWillNotDo(deps: EngineDeps, order: Order, signal: AbortSignal): Promise<string | null> {
  const { packed, signatures = [] } = order;
  if (packed === undefined || !deps.pins?.keyring() || signatures.every(({ covers }) => covers === 'content')) return null;
  const image = await stagedFile(deps, order);
  const file = await deps.storage.open(partPath(deps.stagingFolder, image.sha256), 'read');
  try {
    const fault = await faultOfSignatures(deps, order, { file, image }, signal);
    return fault && `no release key of this gateway has signed what the image unpacks to: ${fault.reason}`;
  } finally {
    await file.close();
  }
}

/** Bytes that a download of this job still has to store. */
export async function bytesToStore(deps: EngineDeps, job: JournalJob): Promise<number> {
  const { sha256, sizeBytes } = await stagedFile(deps, job.order);
  const staged = (await deps.storage.sizeOf(partPath(deps.stagingFolder, sha256))) ?? 0;
  return Math.max(0, sizeBytes - staged);
}

/** Hashes the staged file again and looks whether the image is for this hardware. */
export async function verifyStaged(deps: EngineDeps, job: JournalJob, signal: AbortSignal, tell: Tell): Promise<void> {
  const image = await stagedFile(deps, job.order);
  const { sha256, sizeBytes } = image;
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
      tell({ percent: (done * 100) / found, bytesDone: inFileBytes(job.order, done, sizeBytes) }),
    );
    if (actual !== sha256) {
      await removeStaged(deps.storage, deps.stagingFolder, sha256);
      throw new StepFailure('CHECKSUM_MISMATCH', 'the staged image does not have the SHA-256 of the order', { where: 'staging', actual });
    }
    const head = await headOf(file, image, signal);
    await requireSigned(deps, job.order, { file, image }, head, signal);
    const hardware = decodeImageManifest(head)?.hardware;
    if (hardware && deps.hardwareRevision !== undefined && !hardware.includes(deps.hardwareRevision)) {
      throw new StepFailure('INVALID_UPDATE_FILE', `the image is for ${hardware.join(', ')}, not for ${deps.hardwareRevision}`);
    }
  } finally {
    await file.close();
  }
}

/** Writes the inactive slot, unpacking on the way what is compressed, syncs it, and hashes what the slot then gives back. */
export async function writeSlot(deps: EngineDeps, job: JournalJob, chunkBytes: number, signal: AbortSignal, tell: Tell): Promise<void> {
  const { order } = job;
  const { sha256, sizeBytes, targetSlot } = order;
  try {
    await copyToSlot(deps, order, chunkBytes, signal, (done) =>
      tell({ percent: (done * WRITE_SHARE * 100) / sizeBytes, bytesDone: inFileBytes(order, done) }),
    );
    const slot = await deps.slots.openForRead(targetSlot);
    try {
      const share = (done: number) => (WRITE_SHARE + ((1 - WRITE_SHARE) * done) / sizeBytes) * 100;
      const bytesDone = inFileBytes(order, sizeBytes);
      const actual = await hashFile(slot, sizeBytes, signal, (done) => tell({ percent: share(done), bytesDone }));
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
  order: Order,
  chunkBytes: number,
  signal: AbortSignal,
  onBytes: (done: number) => void,
): Promise<void> {
  const { sha256, sizeBytes, targetSlot } = order;
  const image = await stagedFile(deps, order);
  const source = await deps.storage.open(partPath(deps.stagingFolder, image.sha256), 'read');
  try {
    const slot = await deps.slots.openForWrite(targetSlot);
    try {
      const hash = createHash('sha256');
      let done = 0;
      for await (const chunk of contentOf(source, image, { pieceBytes: chunkBytes, limitBytes: sizeBytes }, signal)) {
        signal.throwIfAborted();
        hash.update(chunk);
        await slot.write(chunk, done);
        done += chunk.length;
        onBytes(done);
      }
      if (done < sizeBytes) throw new StepFailure('CHECKSUM_MISMATCH', endedAt(image, done, sizeBytes));
      if (hash.digest('hex') !== sha256) throw new StepFailure('CHECKSUM_MISMATCH', otherContent(image));
      await slot.sync();
    } finally {
      await slot.close();
    }
  } finally {
    await source.close();
  }
}

function endedAt({ compression }: ImageFile, done: number, sizeBytes: number): string {
  return compression === 'none' ? 'the staged image ended too early' : `the image unpacks to ${done} bytes; the order says ${sizeBytes}`;
}

function otherContent({ compression }: ImageFile): string {
  return compression === 'none'
    ? 'the staged image changed while it was written'
    : 'what the image unpacks to does not have the SHA-256 of the order';
}
