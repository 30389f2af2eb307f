/** What the update engine is made of; composed in main.ts, the fleet and the tests. */
import type { ErrorCode } from '#/domain/errors/domain-error';
import type { SafetyPolicy } from '#/domain/safety/policy';
import type { DownloadTuning } from '../download/download-image';
import type { HealthCheck } from '../health/health-check';
import type { GrantKeys } from '../identity/identity-file';
import type { Journal } from '../journal/journal';
import type { BundleDesk } from '../recovery/bundle-desk';
import type { GatewayFolders } from '../recovery/gateway-folders';
import type { SnapshotStore } from '../recovery/snapshot-store';
import type { Clock, Rebooter, Reporter, SignalReader } from '../ports';
import type { GrantDesk } from '../safety/grant-desk';
import type { SlotPort } from '../slots/slot-port';
import type { Storage } from '../storage/storage';
import type { Pins } from '../trust/pins';

export type EngineTuning = {
  /** How often a held job looks whether it may go on. */
  gateIntervalMs: number;
  /** Least time between two progress reports of one phase. */
  progressIntervalMs: number;
  writeChunkBytes: number;
  /** Pause after a step that failed for a reason of this machine (disk full, I/O error). */
  retryDelayMs: number;
  download?: Partial<DownloadTuning>;
};
export const DEFAULT_ENGINE_TUNING: EngineTuning = {
  gateIntervalMs: 1000,
  progressIntervalMs: 250,
  writeChunkBytes: 1_048_576,
  retryDelayMs: 5000,
};

export type EngineDeps = {
  clock: Clock;
  storage: Storage;
  /** Folder of staged images, inside the data folder. */
  stagingFolder: string;
  /** Where deltas keep what they need, and the path of xdelta3 where it is installed; absent = whole images only. */
  delta?: { folder: string; xdelta3: string | null };
  slots: SlotPort;
  journal: Journal;
  reporter: Reporter;
  signals: SignalReader;
  rebooter: Rebooter;
  health: HealthCheck;
  fetchHttp: typeof fetch;
  /** Base URL of the enrolment, and the credentials of this gateway for downloads. */
  server: { baseUrl: string; gatewayId: string; secret: string };
  /** Refuses images that name other revisions; absent = no check. */
  hardwareRevision?: string;
  grants: GrantDesk;
  recovery: { folders: GatewayFolders; snapshots: SnapshotStore; bundles: BundleDesk };
  /** Pinned release keys; absent = none, as on a gateway that pins none. */
  pins?: Pins;
  /** Replaces the pinned keys that sign grants; durable when it resolves. */
  pinGrantKeys(keys: GrantKeys): Promise<void>;
  /** The gateway's own limits. The site's policy replaces the soft ones and can only tighten the hard ones. */
  basePolicy?: SafetyPolicy;
  tuning?: Partial<EngineTuning>;
};

/** The job cannot go on; it fails with this code. */
export class StepFailure extends Error {
  override readonly name = 'StepFailure';

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: Record<string, unknown> = {},
  ) {
    super(message);
  }
}

/** Why a running step was told to stop: a command or the end of the agent. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}
