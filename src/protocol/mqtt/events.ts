/**
 * What an agent says to the server. Durable events (channel `event`) wait on the agent's disk until the server has
 * confirmed {epoch, n} as committed; n has no gaps within an epoch (an epoch is one life of the agent's data folder).
 * New fields are optional: agents in the field are older than the server.
 */
import { z } from 'zod';
import { holdSchema } from '#/domain/jobs/hold';
import { SLOT_IDS } from '#/domain/jobs/job-options';
import { JOB_EVENTS, JOB_STATES } from '#/domain/jobs/job-machine';
import { grantReportSchema } from './grants';
import { bundleEventSchema, snapshotsEventSchema } from './recovery';
import { signalSetSchema } from '#/domain/safety/signals';

const at = z.iso.datetime();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const bytes = z.number().int().nonnegative();
const details = z.record(z.string(), z.unknown());

export const slotReportSchema = z.object({
  id: z.enum(SLOT_IDS),
  version: z.string().max(80).nullable(),
  sha256: sha256.nullable(),
  status: z.enum(['healthy', 'degraded', 'failed', 'ready', 'empty', 'writing']),
  health: z.enum(['good', 'fair', 'poor']).default('good'),
  bootCount: z.number().int().nonnegative(),
  sizeBytes: bytes,
  usedBytes: bytes,
  nextBoot: z.boolean(),
});
export type SlotReport = z.infer<typeof slotReportSchema>;

/** Pinned release keys, and the oldest version that is taken; version 0: none are pinned. */
const releaseKeysSchema = z.object({
  version: z.number().int().nonnegative(),
  fingerprints: z.array(z.string().max(64)).max(200),
  floorVersion: z.string().max(80).nullable(),
});
export type ReleaseKeysReport = z.infer<typeof releaseKeysSchema>;

/** Said after every connect: what is booted and what is in the slots. The server compares it with what it expects. */
export const helloSchema = z.object({
  type: z.literal('hello'),
  agentVersion: z.string().max(80),
  osVersion: z.string().max(120),
  kernel: z.string().max(120),
  bootloader: z.string().max(120),
  model: z.string().max(120),
  serialNumber: z.string().max(120),
  hardwareRevision: z.string().max(80),
  bootId: z.string().min(1).max(80),
  bootedAt: at,
  activeSlot: z.enum(SLOT_IDS),
  slots: z.array(slotReportSchema).length(2),
  rollbackCount: z.number().int().nonnegative(),
  /** The job that the agent's journal holds, if any, and where it stands. */
  job: z.object({ jobId: z.string(), state: z.enum(JOB_STATES) }).nullable(),
  lastCommandSeq: z.number().int().nonnegative(),
  /** Absent from agents that cannot check signatures. */
  releaseKeys: releaseKeysSchema.optional(),
  /** It carries out `restore_files`; absent from agents of before. */
  restoresFiles: z.boolean().optional(),
});

/** What is pinned has changed without a reconnect: another key set, or a higher floor. */
export const releaseKeysEventSchema = releaseKeysSchema.extend({ type: z.literal('release_keys') });

/** Slots changed without a reconnect (written, emptied, next boot moved). */
export const slotsSchema = z.object({ type: z.literal('slots'), activeSlot: z.enum(SLOT_IDS), slots: z.array(slotReportSchema).length(2) });

export const jobReportSchema = z.object({
  type: z.literal('job'),
  jobId: z.string().max(40),
  attempt: z.number().int().positive(),
  /** Counts the reports of this job and attempt from 1. */
  seq: z.number().int().positive(),
  event: z.enum(JOB_EVENTS),
  state: z.enum(JOB_STATES),
  holds: z.array(holdSchema).max(20).default([]),
  message: z.string().max(500),
  /** Stable code of domain/errors when the event is fail or roll_back. */
  errorCode: z.string().max(60).optional(),
  details: details.default({}),
});

/** Answer to a command: accepted, or refused with a stable code (commands.ts). */
export const commandResultSchema = z.object({
  type: z.literal('command_result'),
  commandId: z.string().max(80),
  seq: z.number().int().nonnegative(),
  code: z.string().max(60),
  message: z.string().max(500),
  details: details.default({}),
});

export const logSchema = z.object({
  type: z.literal('log'),
  entries: z
    .array(
      z.object({
        at,
        level: z.enum(['info', 'warning', 'error', 'debug']),
        source: z.enum(['ota', 'recovery', 'safety', 'system']),
        message: z.string().max(1000),
        details: details.default({}),
      }),
    )
    .min(1)
    .max(200),
});

export const durableBodySchema = z.discriminatedUnion('type', [
  helloSchema,
  slotsSchema,
  releaseKeysEventSchema,
  jobReportSchema,
  commandResultSchema,
  logSchema,
  grantReportSchema,
  snapshotsEventSchema,
  bundleEventSchema,
]);
export type DurableBody = z.infer<typeof durableBodySchema>;

/** Channel `event`. */
export const durableEventSchema = z.object({
  v: z.literal(1),
  epoch: z.string().min(1).max(64),
  n: z.number().int().positive(),
  at,
  body: durableBodySchema,
});
export type DurableEvent = z.infer<typeof durableEventSchema>;

/** Channel `progress`: newest wins; `seq` only grows within a job and attempt. May be lost. */
export const progressSchema = z.object({
  v: z.literal(1),
  jobId: z.string().max(40),
  attempt: z.number().int().positive(),
  seq: z.number().int().positive(),
  state: z.enum(JOB_STATES),
  /** 0–100 within the phase, never decreasing within it. */
  percent: z.number().min(0).max(100),
  bytesDone: bytes,
  bytesTotal: bytes,
  speedBytesPerSecond: z.number().nonnegative(),
  connections: z.number().int().nonnegative().default(0),
  errors: z.number().int().nonnegative().default(0),
  retries: z.number().int().nonnegative().default(0),
  at,
});
export type ProgressReport = z.infer<typeof progressSchema>;

/** Channel `telemetry`: vitals and the newest sample of each safety signal; at once when a signal changes. May be lost. */
export const telemetrySchema = z.object({
  v: z.literal(1),
  at,
  vitals: z
    .object({
      cpuPercent: z.number().min(0).max(100),
      memoryPercent: z.number().min(0).max(100),
      diskPercent: z.number().min(0).max(100),
      temperatureC: z.number().nullable(),
      uptimeSeconds: z.number().int().nonnegative(),
      memoryFreeBytes: bytes,
      diskFreeBytes: bytes,
    })
    .optional(),
  signals: signalSetSchema.optional(),
  /** Of this constraint report: a grant must name one of the last two. Fresh every 60 s and after each use. */
  nonce: z.string().min(16).max(80).optional(),
  bootId: z.string().min(1).max(80).optional(),
});
export type TelemetryReport = z.infer<typeof telemetrySchema>;

/** Channel `presence`, retained; `online: false` is the last will. */
export const presenceSchema = z.object({ v: z.literal(1), online: z.boolean(), bootId: z.string().max(80).optional(), at: at.optional() });

/** Channel `confirm`: every durable event of the epoch up to and including n is committed. */
export const confirmSchema = z.object({ v: z.literal(1), epoch: z.string(), n: z.number().int().nonnegative() });
export type Confirm = z.infer<typeof confirmSchema>;
