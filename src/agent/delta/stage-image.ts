/**
 * Stages an image with as few bytes as possible: by a patch, by the blocks that the slots lack, or whole. Each way hands what it
 * has staged to the next one; only a lost network or a full disk ends the attempt. All end with the SHA-256 of the whole image.
 */
import { join } from 'node:path';
import type { SlotId } from '#/domain/jobs/job-options';
import { type DeltaOffer, deltaOfferSchema } from '#/protocol/delta/delta-offer';
import { decodeIndex, IndexFormatError, MAX_INDEX_BYTES } from '#/protocol/delta/index-layout';
import { DownloadError } from '../download/download-error';
import { type DownloadDeps, type DownloadOrder, type DownloadProgress, downloadImage } from '../download/download-image';
import { PartFile, partPath, removeStaged } from '../download/part-file';
import type { SlotPort } from '../slots/slot-port';
import { readWholeFile } from '../storage/atomic-file';
import { isDiskFull } from '../storage/storage';
import { applyPatch } from './apply-patch';
import { DeltaError } from './delta-error';
import { RangeFetcher, type TransferCount } from './fetch-range';
import { rebuildImage } from './rebuild-image';
import type { SlotContent } from './scan-slot';

export type DeltaTools = {
  /** Of slot maps, and of an index and a patch on their way. */
  folder: string;
  slots: SlotPort;
  contents: readonly SlotContent[];
  /** null: not installed. */
  xdelta3: string | null;
};

/** `content`: what the ordered file unpacks to; the shorter ways put that together, and the file is only fetched when none is left. */
export type StageOrder = DownloadOrder & { content?: { sha256: string; sizeBytes: number } };

/** How an image came; in the details of the job. resumedBytes were staged before this start of the agent. */
export type TransferReport = {
  mode: 'full' | 'blocks' | 'patch';
  bytesFetched: number;
  requests: number;
  reusedBytes: number;
  resumedBytes: number;
  /** The slots whose blocks were used. */
  slots?: SlotId[];
  /** Why it was not a shorter way. */
  reason?: string;
};

const MAX_OFFER_BYTES = 64 * 1024;

export async function stageByAnyWay(
  deps: DownloadDeps,
  tools: DeltaTools | null,
  { content, ...order }: StageOrder,
  signal: AbortSignal,
  onProgress: (progress: DownloadProgress) => void,
): Promise<TransferReport> {
  const count: TransferCount = { requests: 0, bytesFetched: 0, errors: 0, retries: 0 };
  const before = Math.min(order.sizeBytes, (await deps.storage.sizeOf(partPath(deps.folder, order.sha256))) ?? 0);
  let reason: string | undefined;
  let reusedBytes = 0;
  // What is whole already is only hashed once more. Of a compressed file nothing is used by the other ways, nor of theirs by it.
  if (tools !== null && (content ? before === 0 : before < order.sizeBytes)) {
    const target = { ...order, ...content };
    const inFile = (bytesDone: number) => Math.floor((bytesDone * order.sizeBytes) / target.sizeBytes);
    const tell = (progress: DownloadProgress) => onProgress({ ...progress, bytesDone: inFile(progress.bytesDone) });
    const way = new DeltaWay(deps, tools, target, order.sha256, signal, count, tell);
    const report = await way.run();
    if (report !== null) return { ...report, resumedBytes: way.resumedBytes };
    ({ reason } = way);
    ({ reusedBytes } = way);
  }
  if (content) {
    await removeStaged(deps.storage, deps.folder, content.sha256);
    reusedBytes = 0;
  }
  const staged = Math.min(order.sizeBytes, (await deps.storage.sizeOf(partPath(deps.folder, order.sha256))) ?? 0);
  let last: DownloadProgress = { bytesDone: staged, errors: 0, retries: 0 };
  await downloadImage(deps, order, signal, (progress) => {
    last = progress;
    onProgress({ ...progress, errors: progress.errors + count.errors, retries: progress.retries + count.retries });
  });
  return {
    mode: 'full',
    bytesFetched: count.bytesFetched + order.sizeBytes - staged,
    requests: count.requests + last.retries + (staged < order.sizeBytes ? 1 : 0),
    reusedBytes,
    resumedBytes: Math.min(before, staged),
    ...(reason === undefined ? {} : { reason }),
  };
}

class DeltaWay {
  reason: string | undefined;
  reusedBytes = 0;
  resumedBytes = 0;
  readonly #fetcher: RangeFetcher;

  constructor(
    private readonly deps: DownloadDeps,
    private readonly tools: DeltaTools,
    /** Of what is put together, which the file on the server may hold compressed. */
    private readonly order: DownloadOrder,
    private readonly artifactSha256: string,
    private readonly signal: AbortSignal,
    private readonly count: TransferCount,
    private readonly onProgress: (progress: DownloadProgress) => void,
  ) {
    this.#fetcher = new RangeFetcher(deps, order, signal, count);
  }

  /** null: the whole image has to be fetched, for `reason` or because the server has no delta. */
  async run(): Promise<Omit<TransferReport, 'resumedBytes'> | null> {
    try {
      await this.deps.storage.makeFolder(this.tools.folder);
      const offer = await this.#askOffer();
      if (offer === null) return null;
      const mode = (await this.#try(() => this.#byPatch(offer))) ?? (await this.#try(() => this.#byBlocks(offer)));
      if (mode === null) return null;
      await this.#forgetFiles(offer);
      const { bytesFetched, requests } = this.count;
      return { ...mode, bytesFetched, requests, reusedBytes: this.reusedBytes, ...(this.reason ? { reason: this.reason } : {}) };
    } catch (error) {
      await this.#takeBlame(error);
      return null;
    }
  }

  async #try<T>(way: () => Promise<T | null>): Promise<T | null> {
    try {
      return await way();
    } catch (error) {
      await this.#takeBlame(error);
      return null;
    }
  }

  /** Keeps why a way failed. Throws what would end the download of the whole image as well. */
  async #takeBlame(error: unknown): Promise<void> {
    this.signal.throwIfAborted();
    if (error instanceof DownloadError && error.code === 'NETWORK_UNAVAILABLE') throw error;
    this.reason ??= (error instanceof Error ? error.message : String(error)).slice(0, 300);
    // A disk without room for an index may still have room for the image.
    if (!(isDiskFull(error) || (error instanceof DownloadError && error.code === 'INSUFFICIENT_DISK_SPACE'))) return;
    for (const name of await this.deps.storage.list(this.tools.folder)) await this.deps.storage.remove(join(this.tools.folder, name));
  }

  async #askOffer(): Promise<DeltaOffer | null> {
    const text = await this.#fetcher.text(`${this.order.url}/delta`, MAX_OFFER_BYTES);
    if (text === null) return null;
    try {
      return deltaOfferSchema.parse(JSON.parse(text));
    } catch {
      throw new DeltaError('what the server says of its deltas cannot be read');
    }
  }

  async #byPatch({ patches }: DeltaOffer): Promise<{ mode: 'patch'; slots: SlotId[] } | null> {
    const { xdelta3, slots, contents, folder } = this.tools;
    if (xdelta3 === null) return null;
    const from = contents.find(({ slot, sha256 }) => slots.pathOf?.(slot) && patches.some((one) => one.fromSha256 === sha256));
    const patch = patches.find((one) => one.fromSha256 === from?.sha256);
    const source = from && slots.pathOf?.(from.slot);
    if (!from || !patch || !source) return null;
    await this.#fetchFile(`/patch/${patch.fromSha256}`, patch);
    await this.#withPart(async (part) => {
      const before = part.bytesDone;
      const files = { program: xdelta3, source, patch: partPath(folder, patch.sha256) };
      const apply = () => applyPatch(files, part, this.order.sizeBytes, this.signal, () => this.#say(part));
      await apply();
      if (!part.matches() && before > 0) {
        // A power cut may have torn what was there.
        await part.restart();
        await apply();
      }
      // Nothing of a wrong patch may stay: no later way would find the fault in it.
      if (!part.matches()) {
        await part.restart();
        throw new DeltaError('the patch does not give the image that was ordered');
      }
      this.resumedBytes = part.inheritedBytes;
      this.reusedBytes = Math.max(0, this.order.sizeBytes - this.resumedBytes - patch.sizeBytes);
    });
    return { mode: 'patch', slots: [from.slot] };
  }

  async #byBlocks({ index: about, data }: DeltaOffer): Promise<{ mode: 'blocks'; slots: SlotId[] } | null> {
    if (about === null || data === null) return null;
    if (about.sizeBytes > MAX_INDEX_BYTES) throw new DeltaError(`the index has ${about.sizeBytes} bytes: more than there is memory for`);
    await this.#fetchFile('/delta/index', about);
    const bytes = await readWholeFile(this.deps.storage, partPath(this.tools.folder, about.sha256));
    const index = readIndex(bytes ?? new Uint8Array());
    const { sha256, sizeBytes, url } = this.order;
    if (index.artifactSha256 !== this.artifactSha256) throw new DeltaError('the index is of another image');
    if (index.contentSha256 !== sha256 || index.contentBytes !== sizeBytes) throw new DeltaError('the index is of other content');
    if (index.dataBytes !== data.sizeBytes) throw new DeltaError('the index is of another data file');
    const { slots, contents, folder } = this.tools;
    await this.#withPart(async (part) => {
      const reused = (bytes: number) => {
        this.reusedBytes += bytes;
      };
      const deps = { storage: this.deps.storage, slots, folder, fetcher: this.#fetcher, part, reused };
      await rebuildImage(deps, { index, dataUrl: `${url}/delta/data`, contents }, this.signal, () => this.#say(part));
      this.resumedBytes = part.inheritedBytes;
      if (part.matches()) return;
      await part.restart();
      throw new DeltaError('the blocks do not give the image that was ordered');
    });
    return { mode: 'blocks', slots: contents.map(({ slot }) => slot) };
  }

  /** Opens what is staged, and makes it durable when `work` has come to its end. */
  async #withPart(work: (part: PartFile) => Promise<void>): Promise<void> {
    const part = await PartFile.open(this.deps.storage, this.deps.folder, this.order.sha256, this.order.sizeBytes, this.signal);
    try {
      this.#say(part);
      await work(part);
      await part.finish();
    } finally {
      await part.close();
    }
  }

  /** An index or a patch, with everything that a download does for an image. */
  async #fetchFile(path: string, { sha256, sizeBytes }: { sha256: string; sizeBytes: number }): Promise<void> {
    const order = { ...this.order, url: this.order.url + path, sha256, sizeBytes };
    const staged = (await this.deps.storage.sizeOf(partPath(this.tools.folder, sha256))) ?? 0;
    let retries = 0;
    await downloadImage({ ...this.deps, folder: this.tools.folder }, order, this.signal, (progress) => {
      ({ retries } = progress);
    });
    this.count.requests += retries + (staged < sizeBytes ? 1 : 0);
    this.count.bytesFetched += Math.max(0, sizeBytes - staged);
  }

  async #forgetFiles({ index, patches }: DeltaOffer): Promise<void> {
    for (const one of [index, ...patches]) if (one) await removeStaged(this.deps.storage, this.tools.folder, one.sha256);
  }

  #say(part: PartFile): void {
    const { errors, retries } = this.count;
    this.onProgress({ bytesDone: part.bytesDone, errors, retries });
  }
}

function readIndex(bytes: Uint8Array) {
  try {
    return decodeIndex(bytes);
  } catch (error) {
    throw error instanceof IndexFormatError ? new DeltaError(error.message) : error;
  }
}
