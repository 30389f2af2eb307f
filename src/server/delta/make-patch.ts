/** Lets xdelta3 make patches from the newest releases to one image, slowly and with little memory, where it is installed. From content to content: slots hold nothing compressed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { DomainError } from '#/domain/errors/domain-error';
import { getArtifactStore } from '../artifacts/get-store';
import { logger } from '../config/logger';
import { getDb, getPool } from '../db/client';
import { type ContentFile, contentFile } from './content-file';

/** Releases before this one that gateways may still run. */
const FROM_RELEASES = 3;
const LIMIT_MS = 30 * 60_000;
/** Address space: twice what 64 MiB of the source and a window of 8 MiB take. */
const LIMIT_KIB = 600_000;
const OPTIONS = ['-e', '-c', '-q', '-9', '-S', 'none', '-B', String(64 * 2 ** 20), '-W', String(8 * 2 ** 20)];
/** A patch that is larger than this share of the image as it is stored saves too little beside blocks. */
const LARGEST_SHARE = 0.5;

/** Pairs of images that have an index, both published, the older one among the last few; a minute after who has died over one. */
const CLAIM = `
  WITH wanted AS (
    SELECT t.sha256 AS "to", f.sha256 AS "from" FROM "Artifact" t
    JOIN "DeltaIndex" i ON i."artifactSha256" = t.sha256 AND i.state = 'ready'
    JOIN LATERAL (SELECT max(r."versionSortKey") AS key FROM "Release" r WHERE r."artifactSha256" = t.sha256 AND r.state = 'published') mine ON mine.key IS NOT NULL
    JOIN LATERAL (
      SELECT r."artifactSha256" AS sha256 FROM "Release" r
      JOIN "DeltaIndex" o ON o."artifactSha256" = r."artifactSha256" AND o.state = 'ready' AND o.kind = i.kind
      WHERE r.state = 'published' AND r."versionSortKey" < mine.key AND r."artifactSha256" <> t.sha256
      ORDER BY r."versionSortKey" DESC LIMIT $1) f ON true
    WHERE ($2::text IS NULL OR t.sha256 = $2)
      AND NOT EXISTS (SELECT 1 FROM "DeltaPatch" p WHERE p."toSha256" = t.sha256 AND p."fromSha256" = f.sha256
        AND (p.state <> 'building' OR p."createdAt" > now() - interval '31 minutes'))
    ORDER BY mine.key DESC LIMIT 1)
  INSERT INTO "DeltaPatch" ("fromSha256", "toSha256", state, "createdAt") SELECT "from", "to", 'building', now() FROM wanted
  ON CONFLICT ("fromSha256", "toSha256") DO UPDATE SET "createdAt" = now()
    WHERE "DeltaPatch".state = 'building' AND "DeltaPatch"."createdAt" <= now() - interval '31 minutes'
  RETURNING "fromSha256" AS "from", "toSha256" AS "to"`;

/** Where xdelta3 is; null when it is not installed. */
export async function findXdelta3(path = process.env.PATH ?? ''): Promise<string | null> {
  for (const folder of path.split(delimiter).filter((one) => one.startsWith('/'))) {
    const file = join(folder, 'xdelta3');
    if (
      await access(file, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return file;
  }
  return null;
}

/** One patch; false when none waits. */
export async function makeNextPatch(program: string, signal: AbortSignal, only: string | null = null): Promise<boolean> {
  const { rows } = await getPool().query<{ from: string; to: string }>(CLAIM, [FROM_RELEASES, only]);
  const [pair] = rows;
  if (!pair) return false;
  const where = { fromSha256_toSha256: { fromSha256: pair.from, toSha256: pair.to } };
  try {
    const patch = await makePatch(program, pair, signal);
    await getDb().deltaPatch.update({
      where,
      data: { state: 'ready', patchSha256: patch.sha256, sizeBytes: patch.sizeBytes, error: null, readyAt: new Date() },
    });
    logger.info({ ...pair, bytes: patch.sizeBytes }, 'delta: a patch is ready');
  } catch (error) {
    if (signal.aborted) {
      // Nobody has to wait for a patch that is not being made any more.
      await getDb().deltaPatch.delete({ where });
      return true;
    }
    const reason = (error as Error).message.slice(0, 500);
    // For want of room there is none today: the claim runs out in half an hour, and is taken again then.
    if (error instanceof DomainError && error.code === 'INSUFFICIENT_DISK_SPACE') {
      logger.warn({ ...pair, reason }, 'delta: there is no room to make a patch; it is tried again in half an hour');
      return true;
    }
    await getDb().deltaPatch.updateMany({ where: where.fromSha256_toSha256, data: { state: 'failed', error: reason } });
    logger.warn({ ...pair, reason }, 'delta: a patch could not be made');
  }
  return true;
}

async function makePatch(program: string, pair: { from: string; to: string }, signal: AbortSignal) {
  const { sizeBytes } = await getDb().artifact.findUniqueOrThrow({ where: { sha256: pair.to } });
  const maxBytes = Math.ceil(Number(sizeBytes) * LARGEST_SHARE);
  const files: (ContentFile | null)[] = [];
  try {
    for (const sha256 of [pair.from, pair.to]) files.push(await contentFile(sha256, signal));
    const [from, to] = files;
    if (!from || !to) throw new Error('an image is not in the store');
    return await getArtifactStore().put(patchBytes(program, from.path, to.path, signal), { maxBytes });
  } finally {
    for (const file of files) await file?.release();
  }
}

/** What xdelta3 writes. Throws at the end when it has failed, so that half a patch is never kept. */
async function* patchBytes(program: string, from: string, to: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const limited = `ulimit -v ${LIMIT_KIB}; exec nice -n 19 "$@"`;
  const child = spawn('/bin/sh', ['-c', limited, 'sh', program, ...OPTIONS, '-s', from, to], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  const stop = () => child.kill('SIGKILL');
  signal.addEventListener('abort', stop, { once: true });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-300);
  });
  const ended = once(child, 'close');
  ended.catch(() => {});
  try {
    for await (const piece of child.stdout as AsyncIterable<Buffer>) yield piece;
    const [code] = await ended;
    signal.throwIfAborted();
    if (code !== 0) throw new Error(`xdelta3 has failed or took too long: ${said.trim().split('\n').at(-1) || code}`);
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}
