/** Back to the other slot (contract: POST /recovery/rollback): class O3, only to a version that has proved its health there. */
import { z } from 'zod';
import { INSTALL_STRATEGIES, SLOT_IDS } from '#/domain/jobs/job-options';
import { type Actor, requirePermission } from '../access/actor';
import type { Db, Tx } from '../db/client';
import { orderJob, withGatewayLocked } from '../jobs/order-job';
import { orderBundle } from './order-bundle';
import { requireProven } from './proven-slot';
import { type RecoverableGateway, recoverableGateway } from './recoverable-gateway';

export const rollBackSchema = z.object({
  gatewayId: z.uuid(),
  /** Null: the other one, whichever that is. */
  targetSlot: z.enum(SLOT_IDS).nullable().default(null),
  reason: z.string().trim().min(3, 'Say why, in at least 3 characters').max(500),
  strategy: z.enum(INSTALL_STRATEGIES).default('seamless'),
  /** Hash the slot before the switch. */
  verify: z.boolean().default(true),
  /** false: data goes back to the automatic snapshot of then, where there is one. That loses data: it needs recovery.restore. */
  preserveData: z.boolean().default(true),
  diagnosticReport: z.boolean().default(false),
});
export type RollBackInput = z.input<typeof rollBackSchema>;
export type StartedRollback = {
  rollbackId: string;
  jobId: string;
  slot: 'A' | 'B';
  fromVersion: string | null;
  toVersion: string;
  /** true also when nothing could be put back, because no snapshot of then is there. */
  dataPreserved: boolean;
  diagnosticReportId: string | null;
  scheduledFor: Date | null;
};

export async function rollBack(actor: Actor, given: RollBackInput): Promise<StartedRollback> {
  const input = rollBackSchema.parse(given);
  return withGatewayLocked(input.gatewayId, async (tx) => {
    const gateway = await recoverableGateway(tx, actor, input.gatewayId, 'recovery.rollback');
    if (!input.preserveData) requirePermission(actor, 'recovery.restore', gateway.siteId);
    const { slot, version } = await requireProven(tx, gateway, input.targetSlot);
    const snapshot = input.preserveData ? null : await dataSnapshotOf(tx, gateway, version);
    const { job, time } = await orderJob(tx, actor, {
      gateway,
      operation: 'rollback',
      type: 'rollback',
      intent: 'install',
      time: { strategy: input.strategy, operation: 'O3' },
      secondId: 'OTA-RBK',
      toVersion: version,
      targetSlot: slot,
      recovery: {
        order: { operation: 'rollback', targetSlot: slot, version, verify: input.verify, preserveData: input.preserveData },
        reason: input.reason,
        approvalsNeeded: 0,
        approvals: [],
      },
      bytesTotal: gateway.slots.find((one) => one.id === slot)?.usedBytes ?? 0n,
      message: `ordered the rollback to ${version} on partition ${slot}: ${input.reason}`.slice(0, 500),
    });
    const bundle = input.diagnosticReport ? await orderBundle(tx, actor, gateway, { kind: 'diagnostic', jobId: job.id }) : null;
    return {
      rollbackId: job.installationId ?? job.id,
      jobId: job.id,
      slot,
      fromVersion: gateway.activeVersion,
      toVersion: version,
      dataPreserved: input.preserveData || snapshot === null,
      diagnosticReportId: bundle?.id ?? null,
      scheduledFor: time !== null && !time.isOpen ? time.notBeforeAt : null,
    };
  });
}

/** The newest automatic snapshot of data from when that version ran, as far as the server knows the gateway's list. */
export function dataSnapshotOf(db: Db | Tx, gateway: RecoverableGateway, version: string) {
  return db.snapshot.findFirst({
    where: { gatewayId: gateway.id, type: 'automatic', state: 'ready', version, contents: { has: 'data' } },
    orderBy: { createdAt: 'desc' },
    select: { id: true, name: true, createdAt: true },
  });
}
