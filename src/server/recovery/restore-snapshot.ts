/**
 * A snapshot back (contract: POST /recovery/restore): with its image onto the other slot, and booted; one without an image under
 * the version that runs, with a restart. Class O4 either way.
 */
import { z } from 'zod';
import { DomainError } from '#/domain/errors/domain-error';
import { INSTALL_STRATEGIES, jobOptionsSchema, SLOT_IDS, type SlotId } from '#/domain/jobs/job-options';
import { filesHealthStep, healthStep } from '#/domain/jobs/undecided';
import { RECOVERY_CLASS } from '#/domain/jobs/operations';
import { DESTRUCTIVE_ORDER_LIFETIME_MS } from '#/domain/recovery/retention';
import type { RecoveryOperation } from '#/protocol/mqtt/recovery';
import type { Actor } from '../access/actor';
import { orderJob, withGatewayLocked } from '../jobs/order-job';
import { readSitePolicy } from '../safety/site-policy';
import { findSnapshot } from './find-snapshot';
import { type RecoverableGateway, recoverableGateway, requireInactive } from './recoverable-gateway';
import { chooseParts, partsWords, type Restorable, requireRestorable, restoredPartsSchema } from './restorable';

export const restoreSnapshotSchema = z.object({
  gatewayId: z.uuid(),
  snapshotId: z.string().min(1).max(40),
  /** As the caller knows it; another one than the snapshot's is refused. */
  version: z.string().max(80).optional(),
  /** Of an image the other slot, of files alone the running one; null: whichever it is. */
  targetSlot: z.enum(SLOT_IDS).nullable().default(null),
  /** Of a snapshot without an image: which of its parts; absent: all that it holds. */
  parts: restoredPartsSchema.optional(),
  strategy: z.enum(INSTALL_STRATEGIES).default('seamless'),
  verify: z.boolean().default(true),
  reason: z.string().trim().min(3, 'Say why, in at least 3 characters').max(500),
});
export type RestoreSnapshotInput = z.input<typeof restoreSnapshotSchema>;
export type StartedRestore = {
  restoreId: string;
  jobId: string;
  snapshotId: string;
  /** Of the snapshot. */
  version: string;
  way: Restorable['way'];
  /** That runs with it: the other one, or the present one where only files come back. */
  slot: SlotId;
  steps: string[];
  /** Others who still have to approve it before the gateway is told. */
  approvalsNeeded: number;
  scheduledFor: Date | null;
};

export async function restoreSnapshot(actor: Actor, given: RestoreSnapshotInput): Promise<StartedRestore> {
  const input = restoreSnapshotSchema.parse(given);
  return withGatewayLocked(input.gatewayId, async (tx) => {
    const gateway = await recoverableGateway(tx, actor, input.gatewayId, 'recovery.restore');
    const row = await findSnapshot(actor, { snapshotId: input.snapshotId, gatewayId: gateway.id }, 'recovery.restore', tx);
    const restorable = chooseParts(row.id, requireRestorable(row, gateway), input.parts);
    const { version, way } = restorable;
    if (input.version !== undefined && input.version !== version) {
      throw new DomainError('VALIDATION_FAILED', `Snapshot ${row.id} is of ${version}, not of ${input.version}.`, {
        fields: [{ path: 'version', message: `must be ${version}` }],
      });
    }
    const slot = way === 'image' ? (input.targetSlot ?? gateway.inactive) : gateway.active;
    if (way === 'image') requireInactive(gateway, slot);
    else requireRunning(gateway, row.id, input.targetSlot);
    const { policy } = await readSitePolicy(tx, gateway.siteId);
    const approvalsNeeded = policy.recovery.restoreApprovers;
    const order = orderOf(row.id, restorable, slot, input.verify);
    const what = way === 'image' ? `(${version}) to partition ${slot}` : `(${restorable.parts.join(', ')}) under the version that runs`;
    const { job, time } = await orderJob(tx, actor, {
      gateway,
      operation: order.operation,
      type: 'rollback',
      intent: 'install',
      time: { strategy: input.strategy, operation: RECOVERY_CLASS[order.operation] },
      secondId: 'OTA-RST',
      toVersion: way === 'image' ? version : (gateway.activeVersion ?? 'unknown'),
      targetSlot: slot,
      recovery: { order, reason: input.reason, approvalsNeeded, approvals: [] },
      bytesTotal: row.sizeBytes ?? 0n,
      message: `ordered the restore of ${row.id} ${what}: ${input.reason}`.slice(0, 500),
      offeredForMs: DESTRUCTIVE_ORDER_LIFETIME_MS,
    });
    const { autoRollback } = jobOptionsSchema.parse(job.options);
    return {
      restoreId: job.installationId ?? job.id,
      jobId: job.id,
      snapshotId: row.id,
      version,
      way,
      slot,
      steps: restoreSteps(row.id, restorable, slot, autoRollback),
      approvalsNeeded,
      scheduledFor: time !== null && !time.isOpen ? time.notBeforeAt : null,
    };
  });
}

type Order = Extract<RecoveryOperation, { operation: 'restore' | 'restore_files' }>;

function orderOf(snapshotId: string, { way, parts, version, sha256 }: Restorable, targetSlot: SlotId, verify: boolean): Order {
  if (way === 'files') return { operation: 'restore_files', snapshotId, sha256, parts };
  return { operation: 'restore', snapshotId, sha256, version, targetSlot, verify };
}

/** No partition is written: whoever names the other one expects a switch that does not come (OTA_008). */
function requireRunning(gateway: RecoverableGateway, snapshotId: string, targetSlot: SlotId | null): void {
  if (targetSlot === null || targetSlot === gateway.active) return;
  throw new DomainError(
    'INVALID_TARGET_PARTITION',
    `Snapshot ${snapshotId} holds no image that can be booted: its files are put back under the version that runs on partition ${gateway.active}.`,
    { target_partition: targetSlot, active_partition: gateway.active, inactive_partition: gateway.inactive },
    [`Use partition ${gateway.active}`],
  );
}

export function restoreSteps(
  snapshotId: string,
  { way, parts }: Pick<Restorable, 'way' | 'parts'>,
  slot: string,
  autoRollback: boolean,
): string[] {
  const hash = `Hash ${snapshotId} and compare it with what the server knows of it`;
  if (way === 'files') {
    return [
      hash,
      `Unpack ${partsWords(parts).toLowerCase()} beside what is in place: nothing is replaced yet`,
      'Restart when the interlocks allow it; the folders change places as a whole at the start',
      filesHealthStep(autoRollback),
    ];
  }
  return [
    hash,
    `Write partition ${slot}, read it back and compare`,
    'Switch the bootloader and restart when the interlocks allow it',
    healthStep(autoRollback),
  ];
}
