/** What a job of recovery was ordered to do, as its row keeps it, and who else has agreed to it. */
import { z } from 'zod';
import type { Hold } from '#/domain/jobs/hold';
import { jobOptionsSchema } from '#/domain/jobs/job-options';
import { operationOf, RECOVERY_CLASS } from '#/domain/jobs/operations';
import type { SitePolicy } from '#/domain/safety/site-policy';
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

/**
 * What holds an order of class O4 back by the policy that is in force now: it may have become stricter since it was given.
 * Empty for every other job.
 */
export function holdsByPolicy(
  job: { operation: string; recovery: unknown; deadlineAt: Date | null },
  rules: SitePolicy['recovery'],
): Hold[] {
  const recovery = recoveryOfJob(job);
  const operation = operationOf(job.operation);
  if (recovery === null || RECOVERY_CLASS[recovery.order.operation] !== 'O4') return [];
  if (operation === 'factory_reset' && !rules.factoryReset) {
    const message = 'the site’s safety policy does not allow a factory reset any more';
    return [{ kind: 'approval', hard: true, message, clearsWhen: 'the policy allows it again, or someone cancels the job' }];
  }
  const needed = Math.max(recovery.approvalsNeeded, operation === 'factory_reset' ? rules.resetApprovers : rules.restoreApprovers);
  if (recovery.approvals.length >= needed) return [];
  const until = job.deadlineAt === null ? '' : ` before ${job.deadlineAt.toISOString()}`;
  const message = 'the site’s policy asks for another person to approve it';
  return [{ kind: 'approval', message, clearsWhen: `another person who may order it approves it${until}` }];
}
