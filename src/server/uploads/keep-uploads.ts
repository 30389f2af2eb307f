/** What a web program does for uploads beside requests: finishes, gives up, and sweeps away what a kill has left. */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemActor } from '../access/actor';
import { incomingFolder } from '../artifacts/artifact-folder';
import { getArtifactStore } from '../artifacts/get-store';
import { removeUnnamed } from '../artifacts/remove-unnamed';
import { logger } from '../config/logger';
import { getDb } from '../db/client';
import { dropAllRejected } from './drop-rejected';
import { endUpload } from './end-upload';
import { finishUpload, startInspection } from './finish-upload';
import { UPLOAD_FILE, uploadedBytes } from './upload-file';
import { UploadLocks } from './upload-locks';

const TURN_MS = 60_000;
/** A connection without a byte is cut after three minutes: what nobody wrote to for this long, nobody writes to. */
const DEAD_PART_MS = 3_600_000;
/** An inspection that takes longer than this has died with its program. */
const INSPECTION_MS = 10 * 60_000;
/** A copy that a program works with is written once and read for long. */
const DEAD_COPY_MS = 24 * DEAD_PART_MS;

/** Runs at once, and then again and again until it is stopped. */
export function startKeepingUploads(everyMs: number = TURN_MS): { stop(): Promise<void> } {
  const locks = new UploadLocks();
  let running: Promise<unknown> | null = null;
  const turn = () => {
    running ??= keepUploads(locks)
      .catch((error: unknown) => logger.warn({ reason: (error as Error).message }, 'uploads: the clean-up failed, it will run again'))
      .finally(() => {
        running = null;
      });
  };
  turn();
  const timer = setInterval(turn, everyMs);
  return {
    async stop() {
      clearInterval(timer);
      await running;
      await locks.close();
    },
  };
}

/** One turn. */
export async function keepUploads(locks: UploadLocks): Promise<void> {
  await finishWhole(locks);
  await expire(locks);
  await inspectAgain();
  await dropAllRejected();
  await sweepIncoming();
  const removed = await removeUnnamed();
  if (removed > 0) logger.info({ removed }, 'uploads: images that nothing names were removed from the store');
  await getArtifactStore()
    .sweep(new Date(Date.now() - DEAD_COPY_MS))
    .catch((error: Error) => logger.debug({ reason: error.message }, 'uploads: the store does not tell what was left half done'));
}

/** Whole, but the program ended before it said so. */
async function finishWhole(locks: UploadLocks): Promise<void> {
  const rows = await getDb().$queryRaw<{ id: string }[]>`
    SELECT id FROM "Upload" WHERE state = 'receiving' AND "offsetBytes" >= "sizeBytes" AND "touchedAt" < now() - interval '1 minute'`;
  for (const { id } of rows) {
    // Its file may be on another machine.
    if ((await uploadedBytes(id)) === null) continue;
    await locks
      .ifFree(id, () => finishUpload(systemActor('uploads'), id))
      .catch((error: Error) => {
        logger.warn({ uploadId: id, reason: error.message }, 'uploads: one that is whole could not be finished');
      });
  }
}

async function expire(locks: UploadLocks): Promise<void> {
  const rows = await getDb().upload.findMany({ where: { state: 'receiving', expiresAt: { lt: new Date() } }, select: { id: true } });
  for (const { id } of rows) {
    await locks.ifFree(id, () => endUpload(systemActor('uploads'), id, 'expired', 'Nothing came for too long.'));
  }
}

async function inspectAgain(): Promise<void> {
  const before = new Date(Date.now() - INSPECTION_MS);
  const rows = await getDb().upload.findMany({ where: { state: 'checking', touchedAt: { lt: before } }, select: { id: true }, take: 20 });
  for (const { id } of rows) {
    // Of several programs one takes it.
    const { count } = await getDb().upload.updateMany({
      where: { id, state: 'checking', touchedAt: { lt: before } },
      data: { touchedAt: new Date() },
    });
    if (count === 1) startInspection(id);
  }
}

/** Files of uploads that are not coming any more, and parts that nobody writes to. */
export async function sweepIncoming(nowMs: number = Date.now()): Promise<number> {
  const folder = incomingFolder();
  let swept = 0;
  for (const name of await readdir(folder).catch(() => [] as string[])) {
    const path = join(folder, name);
    const file = await stat(path).catch(() => null);
    const uploadId = UPLOAD_FILE.exec(name)?.[1];
    if (!file || nowMs - file.mtimeMs < (name.startsWith('copy-') ? DEAD_COPY_MS : DEAD_PART_MS)) continue;
    if (uploadId === undefined && !/^(part|copy)-/.test(name)) continue;
    if (uploadId !== undefined && (await getDb().upload.count({ where: { id: uploadId, state: 'receiving' } })) > 0) continue;
    await rm(path, { force: true });
    swept += 1;
  }
  if (swept > 0) logger.info({ swept }, 'uploads: leftovers of programs that ended were removed');
  return swept;
}
