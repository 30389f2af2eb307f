/** What the agent keeps of each grant in its journal: what it permits, how far it has come, and what is still to be said of it. */
import { z } from 'zod';
import { OPERATION_CLASSES } from '#/domain/safety/policy';
import { grantClaimsSchema, grantReportSchema } from '#/protocol/mqtt/grants';

/** The one act that used a grant: the download, the write, or the switch with its reboot, of one attempt of a job. */
const actSchema = z.object({ jobId: z.string().max(40), attempt: z.number().int().positive(), operation: z.enum(OPERATION_CLASSES) });
export type Act = z.infer<typeof actSchema>;

export const grantRecordSchema = z.object({
  id: z.string().min(1).max(80),
  state: z.enum(['accepted', 'used', 'ended']),
  /** Why it ended, or that it was revoked after its use: a code of grants.ts. */
  endCode: z.string().max(60).nullable(),
  /** Motion or anti-collision, and the link is silent. */
  suspended: z.boolean(),
  /** Null: revoked before it was offered. */
  claims: grantClaimsSchema.nullable(),
  /** End on the monotonic clock of this boot; a step of the wall clock does not move it. */
  endsMonotonicMs: z.number(),
  use: actSchema.nullable(),
});
export type GrantRecord = z.infer<typeof grantRecordSchema>;
export type LiveGrant = GrantRecord & { claims: NonNullable<GrantRecord['claims']> };

export const grantLedgerSchema = z.object({
  records: z.array(grantRecordSchema).max(100),
  /** Reports that may not have reached the outbox. */
  reports: z.array(grantReportSchema).max(400),
});
export type GrantLedger = z.infer<typeof grantLedgerSchema>;
export const EMPTY_LEDGER: GrantLedger = { records: [], reports: [] };

const KEPT = 64;

/** Adds or replaces a record; the oldest that are over make room. What is forgotten is still refused, by its nonce. */
export function putRecord(ledger: GrantLedger, record: GrantRecord): void {
  ledger.records = [...ledger.records.filter((one) => one.id !== record.id), record];
  while (ledger.records.length > KEPT) {
    const over = ledger.records.findIndex((one) => one.state !== 'accepted');
    ledger.records.splice(Math.max(0, over), 1);
  }
}

export function sameAct(a: Act | null, b: Act): boolean {
  return a !== null && a.jobId === b.jobId && a.attempt === b.attempt && a.operation === b.operation;
}
