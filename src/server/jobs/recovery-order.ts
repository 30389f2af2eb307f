/** What a job of recovery was ordered to do, as its row keeps it, and who else has agreed to it. */
import { z } from 'zod';
import type { Hold } from '#/domain/jobs/hold';
import { jobOptionsSchema } from '#/domain/jobs/job-options';
import { operationOf } from '#/domain/jobs/operations';
import { recoveryOperationSchema } from '#/protocol/mqtt/recovery';

export const storedRecoverySchema = z.object({
  order: recoveryOperationSchema,
  reason: z.string().max(500),
  /** How many others the site's policy asks for (site-policy.ts: recovery). */
  approvalsNeeded: z.number().int().min(0).default(0),
  approvals: z.array(z.object({ id: z.string(), name: z.string(), at: z.iso.datetime() })).default([]),
});
export type StoredRecovery = z.infer<typeof storedRecoverySchema>;

/** Null for an update; throws for a row that no version of Fairlead has written. */
export function recoveryOfJob(job: { recovery: unknown }): StoredRecovery | null {
  return job.recovery === null ? null : storedRecoverySchema.parse(job.recovery);
}

/** Whether a snapshot or a backup is one of the job's steps. */
export function makesSnapshot(job: { operation: string; options: unknown; recovery: unknown }): boolean {
  if (operationOf(job.operation) === 'update') return jobOptionsSchema.parse(job.options).createSnapshot;
  const order = recoveryOfJob(job)?.order;
  return order?.operation === 'snapshot' || (order?.operation === 'factory_reset' && order.backup !== null);
}

/** What holds the order back because people have not agreed yet. */
export function missingApproval(job: { recovery: unknown; deadlineAt: Date | null }): Hold[] {
  const recovery = recoveryOfJob(job);
  if (recovery === null || recovery.approvals.length >= recovery.approvalsNeeded) return [];
  const until = job.deadlineAt === null ? '' : ` before ${job.deadlineAt.toISOString()}`;
  return [
    {
      kind: 'approval',
      message: 'the site’s policy asks for another person to approve it',
      clearsWhen: `another person who may order it approves it${until}`,
    },
  ];
}
