/**
 * Recovery on the wire: orders (a job each, like job.deploy) and what a gateway says of its snapshots, its recovery image
 * and its debug bundles. Snapshots stay on the gateway; bundles are sent to the server (PUT uploadPath).
 */
import { z } from 'zod';
import { INSTALL_STRATEGIES, SLOT_IDS } from '#/domain/jobs/job-options';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const bytes = z.number().int().nonnegative();
const at = z.iso.datetime();
const publicId = z.string().regex(/^[A-Z]{2,4}(-[A-Z]{2,5})?-[0-9A-Z]{4,20}$/);

export const SNAPSHOT_PARTS = ['image', 'data', 'config', 'logs'] as const;
export type SnapshotPart = (typeof SNAPSHOT_PARTS)[number];
/** Parts that are put back and wiped. Logs are kept in snapshots as evidence, and never replaced. */
export const STATE_PARTS = ['data', 'config'] as const satisfies SnapshotPart[];
export type StatePart = (typeof STATE_PARTS)[number];
export const SNAPSHOT_COMPRESSIONS = ['gzip', 'zstd', 'none'] as const;
export type SnapshotCompression = (typeof SNAPSHOT_COMPRESSIONS)[number];
export const RESET_TYPES = ['complete', 'config', 'data'] as const;
export type ResetType = (typeof RESET_TYPES)[number];
export const BUNDLE_PARTS = ['logs', 'config', 'system_info'] as const;
export type BundlePart = (typeof BUNDLE_PARTS)[number];

/** What a snapshot is to have and to be called. `image` is the running slot. */
export const snapshotOrderSchema = z.object({
  snapshotId: publicId,
  name: z.string().min(1).max(120),
  type: z.enum(['automatic', 'manual']),
  contents: z.array(z.enum(SNAPSHOT_PARTS)).min(1),
  compression: z.enum(SNAPSHOT_COMPRESSIONS),
  /** The agent removes it after that by itself. */
  expiresAt: at,
  /** Of an update: without the snapshot it fails. Else it goes on and says so. A backup before a reset is always required. */
  required: z.boolean().optional(),
});
export type SnapshotOrder = z.infer<typeof snapshotOrderSchema>;

export const recoveryOperationSchema = z.discriminatedUnion('operation', [
  z.object({ operation: z.literal('snapshot'), snapshot: snapshotOrderSchema }),
  z.object({
    operation: z.literal('rollback'),
    /** The slot to go to; the other one of the running one, with a version that booted and proved its health before. */
    targetSlot: z.enum(SLOT_IDS),
    version: z.string().max(80),
    /** Hash the slot against what the journal knows of it before the switch. */
    verify: z.boolean(),
    /** false: data written since the other version ran is put back to the automatic snapshot of then, where there is one. */
    preserveData: z.boolean(),
  }),
  z.object({
    operation: z.literal('restore'),
    snapshotId: publicId,
    /** As the server knows it from the gateway's own report; another one on the disk refuses. */
    sha256,
    version: z.string().max(80),
    targetSlot: z.enum(SLOT_IDS),
    verify: z.boolean(),
  }),
  // Agents that do not know it answer CMD_UNKNOWN; those that do say so in their hello (`restoresFiles`).
  z.object({
    operation: z.literal('restore_files'),
    snapshotId: publicId,
    /** As the server knows it from the gateway's own report; another one on the disk refuses. */
    sha256,
    /** Which of the snapshot's parts replace those in place; the slots stay as they are. */
    parts: z.array(z.enum(STATE_PARTS)).min(1),
  }),
  z.object({
    operation: z.literal('factory_reset'),
    resetType: z.enum(RESET_TYPES),
    /** Made and hashed before anything is wiped; a failed backup stops the reset. */
    backup: snapshotOrderSchema.nullable(),
    preserveNetwork: z.boolean(),
  }),
]);
export type RecoveryOperation = z.infer<typeof recoveryOperationSchema>;

export const recoveryStartSchema = z.object({
  name: z.literal('recovery.start'),
  jobId: z.string().max(40),
  attempt: z.number().int().positive(),
  strategy: z.enum(INSTALL_STRATEGIES),
  reason: z.string().max(500),
  recovery: recoveryOperationSchema,
  /** As the job option of an update; absent from servers that know none: true. */
  autoRollback: z.boolean().optional(),
  notBeforeAt: at.nullable(),
  windowEndsAt: at.nullable(),
});
export const snapshotDeleteSchema = z.object({ name: z.literal('snapshot.delete'), snapshotIds: z.array(publicId).min(1).max(50) });
/** Runs beside any job (O1). The answer says that it began; the `bundle` event says how it ended. */
export const bundleCollectSchema = z.object({
  name: z.literal('bundle.collect'),
  bundleId: publicId,
  kind: z.enum(['debug', 'diagnostic']),
  contents: z.array(z.enum(BUNDLE_PARTS)).min(1),
  compression: z.enum(SNAPSHOT_COMPRESSIONS),
  maxBytes: z.number().int().positive().max(500_000_000),
  /** PUT with the gateway's credentials, such as /device/v1/bundles/<id>; headers Content-Length and X-Content-SHA256. */
  uploadPath: z.string().startsWith('/').max(300),
  /** The agent gives up then; absent: a day after the order came. */
  expiresAt: at.nullish(),
});
export type BundleOrder = z.infer<typeof bundleCollectSchema>;

export const snapshotReportSchema = z.object({
  id: publicId,
  name: z.string().max(120),
  type: z.enum(['automatic', 'manual']),
  state: z.enum(['ready', 'damaged']),
  version: z.string().max(80).nullable(),
  slot: z.enum(SLOT_IDS).nullable(),
  bootable: z.boolean(),
  contents: z.array(z.enum(SNAPSHOT_PARTS)),
  compression: z.enum(SNAPSHOT_COMPRESSIONS),
  sizeBytes: bytes,
  sha256,
  createdAt: at,
  expiresAt: at,
});
export type SnapshotReport = z.infer<typeof snapshotReportSchema>;

/** The whole list, after every change and after every connect: what is not in it is not there any more. */
export const snapshotsEventSchema = z.object({
  type: z.literal('snapshots'),
  snapshots: z.array(snapshotReportSchema).max(50),
  recoveryImage: z.object({
    present: z.boolean(),
    version: z.string().max(80).nullable(),
    sizeBytes: bytes.nullable(),
    sha256: sha256.nullable(),
    updatedAt: at.nullable(),
  }),
});
export const bundleEventSchema = z.object({
  type: z.literal('bundle'),
  bundleId: publicId,
  state: z.enum(['uploaded', 'failed']),
  sizeBytes: bytes.nullable(),
  sha256: sha256.nullable(),
  redactions: z.number().int().nonnegative().nullable(),
  message: z.string().max(500),
});
