/** Snapshots and bundles of one boot, put together from what the gateway is made of. */
import { join } from 'node:path';
import { evaluateSafety } from '#/domain/safety/evaluate';
import type { SafetyPolicy } from '#/domain/safety/policy';
import type { SignalSet } from '#/domain/safety/signals';
import type { BundleOrder } from '#/protocol/mqtt/recovery';
import type { EngineDeps } from '../update/engine-deps';
import type { Journal } from '../journal/journal';
import type { Clock, Reporter, SignalReader } from '../ports';
import type { Storage } from '../storage/storage';
import { type BundleDesk, createBundleDesk } from './bundle-desk';
import type { BundleFacts } from './collect-bundle';
import type { GatewayFolders } from './gateway-folders';
import { keptSnapshots } from './kept-snapshots';
import { type RecoveryImage, readRecoveryImage } from './recovery-image';
import { snapshotsEvent } from './snapshot-list';
import { openSnapshotStore, type SnapshotStore } from './snapshot-store';

export type RecoverySources = {
  storage: Storage;
  /** The agent's own. */
  dataFolder: string;
  folders: GatewayFolders;
  recoveryImage: string | null;
  clock: Clock;
  reporter: Reporter;
  journal: Journal;
  signals: SignalReader;
  policy(): SafetyPolicy;
  fetchHttp: typeof fetch;
  server: EngineDeps['server'];
  secrets: readonly string[];
  facts(kind: BundleOrder['kind']): Promise<BundleFacts>;
  onError(message: string): void;
  retryMs?: number;
};

export type Recovery = {
  folders: GatewayFolders;
  snapshots: SnapshotStore;
  bundles: BundleDesk;
  /** The list as it is now. */
  sayList(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
};

/** How often it is looked for what has expired. */
const SWEEP_MS = 3_600_000;
/** Room that a bundle needs at most while it is made. */
const BUNDLE_ROOM_BYTES = 16 * 1_048_576;

export async function openRecovery(sources: RecoverySources): Promise<Recovery> {
  const { storage, dataFolder, folders, clock, reporter, journal } = sources;
  const snapshots = await openSnapshotStore(storage, join(dataFolder, 'snapshots'), clock);
  let image: Promise<RecoveryImage> | null = null;
  const sayList = async () => {
    image ??= readRecoveryImage(storage, sources.recoveryImage);
    await reporter.durable(snapshotsEvent(snapshots, await image));
  };
  snapshots.onChange(sayList);
  const bundles = createBundleDesk({
    storage,
    clock,
    reporter,
    folders,
    folder: join(dataFolder, 'bundles'),
    fetchHttp: sources.fetchHttp,
    server: sources.server,
    secrets: () => [sources.server.secret, ...sources.secrets],
    facts: sources.facts,
    nowMs: () => clock.nowMs(),
    onError: sources.onError,
    ...(sources.retryMs === undefined ? {} : { retryMs: sources.retryMs }),
    async refuses() {
      const signals = await sources.signals.read().catch((): SignalSet => ({}));
      const context = { nowMs: clock.nowMs(), imageBytes: BUNDLE_ROOM_BYTES };
      const { blocking } = evaluateSafety(signals, sources.policy(), 'O1', context);
      return blocking[0]?.reason ?? null;
    },
  });
  const off = new AbortController();
  let sweeping: Promise<void> = Promise.resolve();

  async function sweepForEver(): Promise<void> {
    do {
      await snapshots
        .sweep(keptSnapshots(journal.read().job))
        .catch((error: unknown) => sources.onError(`expired snapshots stay: ${error}`));
    } while (await clock.wait(SWEEP_MS, off.signal));
  }

  return {
    folders,
    snapshots,
    bundles,
    sayList,
    async start() {
      sweeping = sweepForEver();
      await bundles.start();
    },
    async stop() {
      off.abort();
      await bundles.stop();
      await sweeping;
    },
  };
}
