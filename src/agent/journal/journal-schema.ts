/** What the agent must not forget: one JSON document, replaced as a whole (journal.ts). */
import { z } from 'zod';
import { JOB_STATES } from '#/domain/jobs/job-machine';
import { SLOT_IDS } from '#/domain/jobs/job-options';
import { DECISIONS } from '#/domain/jobs/undecided';
import { gatewaySettingsSchema } from '#/domain/settings/gateway-settings';
import { COMMAND_RESULT_CODES, deploySchema } from '#/protocol/mqtt/commands';
import { jobReportSchema } from '#/protocol/mqtt/events';
import { knownPolicySchema } from '#/protocol/mqtt/policy';
import { recoveryOperationSchema } from '#/protocol/mqtt/recovery';
import { EMPTY_LEDGER, grantLedgerSchema } from '../safety/grant-record';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const state = z.enum(JOB_STATES);

/** What a slot holds, as far as the agent has written or measured it itself. */
const slotRecordSchema = z.object({
  status: z.enum(['ready', 'empty', 'writing', 'failed']),
  version: z.string().max(80).nullable(),
  sha256: sha256.nullable(),
  /** Bytes of the image from the start of the slot. */
  usedBytes: z.number().int().nonnegative(),
  bootCount: z.number().int().nonnegative().default(0),
});
export type SlotRecord = z.infer<typeof slotRecordSchema>;

const journalJobSchema = z.object({
  /** job.deploy with what job.install changed since merged in. A recovery order is kept in the same shape (recovery/recovery-order.ts). */
  order: deploySchema,
  /** What recovery.start asked for; absent for an update. */
  recovery: recoveryOperationSchema.optional(),
  /** Of a factory reset: the boot in which everything was wiped; the next one proves it. */
  wipedIn: z.string().max(80).optional(),
  /** Of restored files: the boot that ends with the restart which puts them in place. */
  switchedIn: z.string().max(80).optional(),
  /** Of restored files in place: the last boot with them, and how many count as boots that did not prove them. */
  filesBoots: z.object({ last: z.string().max(80), count: z.number().int().nonnegative() }).optional(),
  position: z.object({ state, heldState: state.nullable() }),
  /** The slot that was active when the job was accepted; the way back. */
  oldSlot: z.enum(SLOT_IDS),
  reportSeq: z.number().int().nonnegative(),
  /** A report that may not have reached the outbox; said again at start (the server ignores a seq that it has). */
  pendingReport: jobReportSchema.nullable(),
  /** Why the shorter ways to the image were given up for good, so that a restart does not try them again; absent: they were not. */
  wholeBecause: z.string().max(400).optional(),
  /** When the slot was written; the reboot delay counts from here. */
  writtenAt: z.iso.datetime().nullable(),
  /** The decision to go back, taken before it is carried out. */
  rollback: z
    .object({
      reason: z.string().max(400),
      errorCode: z.string().max(60),
      /** Where no slot tells: the boot in which it was taken; the next one carries it out. Absent: the next start does. */
      bootId: z.string().max(80).optional(),
    })
    .nullable(),
  /** Why the running version is not healthy, while only a person may say what is to be of it; absent: nothing is to be decided. */
  undecided: z.object({ reason: z.string().max(400) }).nullish(),
  /** Its version was healthy and only the gate before the commit held it: from then on nothing but a person or the bootloader leaves it. */
  wasHealthy: z.boolean().optional(),
  /** Boots that came up and do not count, because what was seen held the commit. */
  sparedBoots: z.number().int().nonnegative().optional(),
  /** What the person said, until it is done or turns out not to be possible. */
  decision: z.object({ decision: z.enum(DECISIONS), reason: z.string().max(500) }).nullish(),
});
export type JournalJob = z.infer<typeof journalJobSchema>;

const commandRecordSchema = z.object({
  id: z.string().max(80),
  seq: z.number().int().nonnegative(),
  code: z.enum(COMMAND_RESULT_CODES),
  message: z.string().max(500),
  details: z.record(z.string(), z.unknown()).default({}),
});
export type CommandRecord = z.infer<typeof commandRecordSchema>;

/** Of settings that a newer agent has written: the groups and fields that this one knows. */
const keptSettingsSchema = z.preprocess(
  (raw) => pick(raw, gatewaySettingsSchema.shape, (group, schema) => (schema instanceof z.ZodObject ? pick(group, schema.shape) : group)),
  gatewaySettingsSchema,
);

function pick(
  raw: unknown,
  shape: Record<string, z.ZodType>,
  inner: (value: unknown, schema: z.ZodType) => unknown = (value) => value,
): unknown {
  if (typeof raw !== 'object' || raw === null) return raw;
  return Object.fromEntries(Object.entries(raw).flatMap(([name, value]) => (shape[name] ? [[name, inner(value, shape[name])]] : [])));
}

export const journalSchema = z.object({
  v: z.literal(1),
  job: journalJobSchema.nullable(),
  slots: z.object({ A: slotRecordSchema.nullable(), B: slotRecordSchema.nullable() }),
  rollbackCount: z.number().int().nonnegative(),
  /** Of those that another version of the agent has written: what is known of them. What cannot be read is none: it must not cost the rest. */
  settings: z.object({ version: z.number().int().positive(), body: keptSettingsSchema }).nullable().catch(null),
  /** The site's safety policy, of which a former agent reads what it knows. One that cannot be read is none: the agent's own limits hold. */
  policy: z.object({ version: z.number().int().positive(), body: knownPolicySchema }).nullable().default(null).catch(null),
  grants: grantLedgerSchema.default(EMPTY_LEDGER),
  commands: z.object({ lastSeq: z.number().int().nonnegative(), recent: z.array(commandRecordSchema).max(200) }),
});
export type JournalState = z.infer<typeof journalSchema>;

export const EMPTY_JOURNAL: JournalState = {
  v: 1,
  job: null,
  slots: { A: null, B: null },
  rollbackCount: 0,
  settings: null,
  policy: null,
  grants: EMPTY_LEDGER,
  commands: { lastSeq: 0, recent: [] },
};
