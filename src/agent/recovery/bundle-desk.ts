/**
 * Debug bundles: ordered, collected beside whatever job runs, sent, and removed. Each is a task on the disk from its order on
 * (`<id>.json`, and the bundle itself beside it), so that a restart goes on where it was. How it ended stays until its time is
 * over: an order that comes again, or a cut on the way to the end, must not make another one of it or tell another end.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { type BundleOrder, bundleCollectSchema } from '#/protocol/mqtt/recovery';
import type { Clock, CommandResult, Reporter } from '../ports';
import { readWholeFile, removeFileDurably, writeFileAtomic } from '../storage/atomic-file';
import { ARCHIVE_SUFFIX } from './archive';
import { type CollectDeps, collectBundle } from './collect-bundle';
import { type SendDeps, sendBundle } from './send-bundle';

export type BundleDeskDeps = CollectDeps &
  SendDeps & {
    clock: Clock;
    reporter: Pick<Reporter, 'durable'>;
    folder: string;
    /** Why there is no room for it now, or null. */
    refuses(): Promise<string | null>;
    onError(message: string): void;
  };

export type BundleDesk = {
  /** Goes on with what an earlier life left. */
  start(): Promise<void>;
  /** Durable when it resolves; the same order again changes nothing. */
  begin(order: BundleOrder): Promise<CommandResult>;
  /** Stops what runs; the next start goes on. */
  stop(): Promise<void>;
};

const collectedSchema = z.object({ sizeBytes: z.number(), sha256: z.string(), redactions: z.number() });
const endedSchema = z.object({ state: z.enum(['uploaded', 'failed']), message: z.string().max(500), said: z.boolean() });
const taskSchema = z.object({
  order: bundleCollectSchema,
  expiresAt: z.iso.datetime(),
  collected: collectedSchema.nullable(),
  /** Absent: it is still to be made or sent. */
  ended: endedSchema.optional(),
});
type Task = z.infer<typeof taskSchema>;
type Ended = z.infer<typeof endedSchema>;

const MOST_AT_ONCE = 5;
const DAY_MS = 86_400_000;
const CONTENT_TYPE = { gzip: 'application/gzip', zstd: 'application/zstd', none: 'application/x-tar' } as const;

export function createBundleDesk(deps: BundleDeskDeps): BundleDesk {
  const { storage, folder, clock } = deps;
  const off = new AbortController();
  const running = new Map<string, Promise<void>>();
  /** One after another: they share the memory of a small computer. */
  let last: Promise<void> = Promise.resolve();

  const taskPath = (id: string) => join(folder, `${id}.json`);
  const bundlePath = ({ bundleId, compression }: BundleOrder) => join(folder, bundleId + ARCHIVE_SUFFIX[compression]);
  const store = (task: Task) => writeFileAtomic(storage, taskPath(task.order.bundleId), new TextEncoder().encode(JSON.stringify(task)));

  function run(task: Task): void {
    const id = task.order.bundleId;
    if (running.has(id)) return;
    const work = last.then(() => carryOut(task)).catch((error: unknown) => deps.onError(`bundle ${id}: ${messageOf(error)}`));
    last = work;
    running.set(id, work);
    void work.finally(() => running.delete(id));
  }

  async function carryOut(task: Task): Promise<void> {
    const over = task.ended === undefined ? await makeAndSend(task) : task;
    // Stopped: the next start goes on.
    if (over?.ended === undefined) return;
    await removeFileDurably(storage, bundlePath(over.order));
    await say(over, over.ended);
    await store({ ...over, ended: { ...over.ended, said: true } });
  }

  /** The task with its end, durable; null when the desk was stopped. */
  async function makeAndSend(task: Task): Promise<Task | null> {
    const { order } = task;
    const path = bundlePath(order);
    let { collected } = task;
    let ended: Ended;
    try {
      collected ??= await collect(task, path);
      const leftMs = Date.parse(task.expiresAt) - clock.nowMs();
      if (leftMs <= 0) throw new Error('its time is over');
      await sendBundle(deps, { ...collected, path, contentType: CONTENT_TYPE[order.compression] }, order.uploadPath, leftMs, off.signal);
      ended = { state: 'uploaded', message: 'the server has the bundle', said: false };
    } catch (error) {
      if (off.signal.aborted) return null;
      // Before the note of it: on a full disk this is what makes room for it.
      await removeFileDurably(storage, path);
      ended = { state: 'failed', message: messageOf(error).slice(0, 500), said: false };
    }
    const over = { ...task, collected, ended };
    await store(over);
    return over;
  }

  async function collect(task: Task, path: string): Promise<NonNullable<Task['collected']>> {
    for (;;) {
      const reason = await deps.refuses();
      if (reason === null) break;
      if (clock.nowMs() >= Date.parse(task.expiresAt)) throw new Error(reason);
      if (!(await clock.wait(5000, off.signal))) off.signal.throwIfAborted();
    }
    const collected = await collectBundle(deps, task.order, path, off.signal);
    await storage.syncFolder(folder);
    await store({ ...task, collected });
    return collected;
  }

  async function say({ order, collected }: Task, { state, message }: Ended): Promise<void> {
    const none = { sizeBytes: null, sha256: null, redactions: null };
    const { sizeBytes, sha256, redactions } = (state === 'uploaded' ? collected : null) ?? none;
    await deps.reporter.durable({ type: 'bundle', bundleId: order.bundleId, state, sizeBytes, sha256, redactions, message });
  }

  /** Whether nobody can ask for it any more. */
  const isPast = (task: Task) => task.ended?.said === true && Date.parse(task.expiresAt) <= clock.nowMs();

  async function readTasks(): Promise<Task[]> {
    const names = await storage.list(folder);
    const read = names.filter((one) => one.endsWith('.json')).map(async (name) => readWholeFile(storage, join(folder, name)));
    const tasks = (await Promise.all(read)).flatMap((bytes) => parseTask(bytes) ?? []).filter((task) => !isPast(task));
    const filesOf = ({ order, ended }: Task) => [`${order.bundleId}.json`, ...(ended ? [] : [bundlePath(order).slice(folder.length + 1)])];
    const known = new Set(tasks.flatMap(filesOf));
    const making = [...running.keys()];
    const spare = names.filter((name) => !known.has(name) && !making.some((id) => name.startsWith(`${id}.`)));
    for (const name of spare) await storage.remove(join(folder, name));
    return tasks;
  }

  return {
    async start() {
      await storage.makeFolder(folder);
      await storage.syncFolder(folder);
      for (const task of await readTasks()) if (task.ended?.said !== true) run(task);
    },
    async begin(order) {
      if (running.has(order.bundleId)) return { code: 'OK', message: 'the bundle is being made already' };
      const known = (await readTasks()).find((one) => one.order.bundleId === order.bundleId);
      if (known?.ended) return { code: 'OK', message: `the bundle has ended already: ${known.ended.message}` };
      if (running.size >= MOST_AT_ONCE) return { code: 'RECOVERY_REFUSED', message: `${running.size} bundles are being made already` };
      const expiresAt = order.expiresAt ?? new Date(clock.nowMs() + DAY_MS).toISOString();
      const task: Task = { order, expiresAt, collected: null };
      await store(task);
      run(task);
      return { code: 'OK', message: 'the bundle is being made' };
    },
    async stop() {
      off.abort();
      await Promise.all(running.values());
    },
  };
}

function parseTask(bytes: Uint8Array | null): Task | null {
  try {
    return taskSchema.parse(JSON.parse(new TextDecoder().decode(bytes ?? new Uint8Array())));
  } catch {
    return null;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
