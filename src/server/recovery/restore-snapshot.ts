/** A snapshot back onto the other slot, and booted (contract: POST /recovery/restore): class O4. */
import { z } from 'zod';
import { DomainError } from '#/domain/errors/domain-error';
import { INSTALL_STRATEGIES, jobOptionsSchema, SLOT_IDS } from '#/domain/jobs/job-options';
import { healthStep } from '#/domain/jobs/undecided';
import { DESTRUCTIVE_ORDER_LIFETIME_MS } from '#/domain/recovery/retention';
import type { Actor } from '../access/actor';
import type { Snapshot } from '../db/generated/client';
import { orderJob, withGatewayLocked } from '../jobs/order-job';
import { readSitePolicy } from '../safety/site-policy';
import { findSnapshot } from './find-snapshot';
import { recoverableGateway, requireInactive } from './recoverable-gateway';

export const restoreSnapshotSchema = z.object({
  gatewayId: z.uuid(),
  snapshotId: z.string().min(1).max(40),
  /** As the caller knows it; another one than the snapshot's is refused. */
  version: z.string().max(80).optional(),
  targetSlot: z.enum(SLOT_IDS).nullable().default(null),
  strategy: z.enum(INSTALL_STRATEGIES).default('seamless'),
  verify: z.boolean().default(true),
  reason: z.string().trim().min(3, 'Say why, in at least 3 characters').max(500),
});
export type RestoreSnapshotInput = z.input<typeof restoreSnapshotSchema>;
export type StartedRestore = {
  restoreId: string;
  jobId: string;
  snapshotId: string;
  version: string;
  slot: 'A' | 'B';
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
    const { version, sha256 } = requireRestorable(row);
    if (input.version !== undefined && input.version !== version) {
      throw new DomainError('VALIDATION_FAILED', `Snapshot ${row.id} is of ${version}, not of ${input.version}.`, {
        fields: [{ path: 'version', message: `must be ${version}` }],
      });
    }
    const slot = input.targetSlot ?? gateway.inactive;
    requireInactive(gateway, slot);
    const { policy } = await readSitePolicy(tx, gateway.siteId);
    const approvalsNeeded = policy.recovery.restoreApprovers;
    const { job, time } = await orderJob(tx, actor, {
      gateway,
      operation: 'restore',
      type: 'rollback',
      intent: 'install',
      time: { strategy: input.strategy, operation: 'O4' },
      secondId: 'OTA-RST',
      toVersion: version,
      targetSlot: slot,
      recovery: {
        order: { operation: 'restore', snapshotId: row.id, sha256, version, targetSlot: slot, verify: input.verify },
        reason: input.reason,
        approvalsNeeded,
        approvals: [],
      },
      bytesTotal: row.sizeBytes ?? 0n,
      message: `ordered the restore of ${row.id} (${version}) to partition ${slot}: ${input.reason}`.slice(0, 500),
      offeredForMs: DESTRUCTIVE_ORDER_LIFETIME_MS,
    });
    return {
      restoreId: job.installationId ?? job.id,
      jobId: job.id,
      snapshotId: row.id,
      version,
      slot,
      steps: restoreSteps(row.id, slot, jobOptionsSchema.parse(job.options).autoRollback),
      approvalsNeeded,
      scheduledFor: time !== null && !time.isOpen ? time.notBeforeAt : null,
    };
  });
}

export function restoreSteps(snapshotId: string, slot: string, autoRollback: boolean): string[] {
  return [
    `Hash ${snapshotId} and compare it with what the server knows of it`,
    `Write partition ${slot}, read it back and compare`,
    'Switch the bootloader and restart when the interlocks allow it',
    healthStep(autoRollback),
  ];
}

/** Why a snapshot cannot be booted, or null. */
export function whyNotRestorable(row: Pick<Snapshot, 'state' | 'bootable' | 'sha256' | 'version'>): string | null {
  if (row.state !== 'ready') return `it is ${row.state}`;
  if (!row.bootable) return 'it holds no image that can be booted';
  return row.sha256 === null || row.version === null ? 'the gateway has not said what it holds' : null;
}

function requireRestorable(row: Snapshot): { version: string; sha256: string } {
  const why = whyNotRestorable(row);
  if (why === null && row.version !== null && row.sha256 !== null) return { version: row.version, sha256: row.sha256 };
  throw new DomainError(
    'ROLLBACK_NOT_AVAILABLE',
    `Snapshot ${row.id} cannot be restored: ${why}.`,
    { reason: why, snapshot_id: row.id, state: row.state, bootable: row.bootable },
    ['Choose another snapshot'],
  );
}
