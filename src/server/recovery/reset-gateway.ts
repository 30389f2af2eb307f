/** Back to factory state (contract: POST /recovery/factory): class O4, by the own PIN of one who may, where the site's policy allows it. */
import { z } from 'zod';
import { DomainError } from '#/domain/errors/domain-error';
import { INSTALL_STRATEGIES } from '#/domain/jobs/job-options';
import { DESTRUCTIVE_ORDER_LIFETIME_MS } from '#/domain/recovery/retention';
import { RESET_TYPES, type SnapshotPart } from '#/protocol/mqtt/recovery';
import type { Actor } from '../access/actor';
import { verifyPin } from '../access/verify-pin';
import { getDb, type Db, type Tx } from '../db/client';
import { inProgress, orderJob, withGatewayLocked } from '../jobs/order-job';
import { isResting } from '#/domain/jobs/phase-deadlines';
import { readSitePolicy } from '../safety/site-policy';
import { requireRoom } from './create-snapshot';
import { type RecoverableGateway, recoverableGateway } from './recoverable-gateway';
import { keepSnapshotOrder, newSnapshotOrder } from './snapshot-rows';
import { estimateSnapshotBytes } from './snapshot-size';

export const resetGatewaySchema = z.object({
  gatewayId: z.uuid(),
  pin: z.string().max(64),
  resetType: z.enum(RESET_TYPES),
  /** Made and hashed before anything is wiped; a backup that fails stops the reset. */
  backup: z.boolean().default(true),
  preserveNetwork: z.boolean().default(true),
  strategy: z.enum(INSTALL_STRATEGIES).default('seamless'),
  reason: z.string().trim().min(10, 'Say why, in at least 10 characters').max(500),
});
export type ResetGatewayInput = z.input<typeof resetGatewaySchema>;
export type StartedReset = {
  resetId: string;
  jobId: string;
  backupId: string | null;
  approvalsNeeded: number;
  steps: string[];
  scheduledFor: Date | null;
};

/** What a backup before a reset holds: what the reset may wipe. */
export const BACKUP_CONTENTS: SnapshotPart[] = ['data', 'config'];

/** Throws FACTORY_RESET_NOT_ALLOWED (OTA_011), INVALID_PIN (OTA_010) and what starting a job throws. */
export async function resetGateway(actor: Actor, given: ResetGatewayInput): Promise<StartedReset> {
  const input = resetGatewaySchema.parse(given);
  // Refuse before the PIN is spent; everything is looked at again under the lock.
  await judge(getDb(), actor, input);
  await verifyPin(actor, input.pin, 'recovery.factory_reset');
  return withGatewayLocked(input.gatewayId, async (tx) => {
    const { gateway, approvalsNeeded } = await judge(tx, actor, input);
    const backup = input.backup
      ? newSnapshotOrder(
          { name: `Before factory reset (${input.resetType})`, type: 'manual', contents: BACKUP_CONTENTS, compression: 'zstd' },
          Date.now(),
        )
      : null;
    const { job, time } = await orderJob(tx, actor, {
      gateway,
      operation: 'factory_reset',
      type: 'rollback',
      intent: 'install',
      time: { strategy: input.strategy, operation: 'O4' },
      secondId: 'OTA-FAC',
      toVersion: gateway.activeVersion ?? 'unknown',
      targetSlot: gateway.active,
      recovery: {
        order: { operation: 'factory_reset', resetType: input.resetType, backup, preserveNetwork: input.preserveNetwork },
        reason: input.reason,
        approvalsNeeded,
        approvals: [],
      },
      bytesTotal: 0n,
      message: `ordered the factory reset (${input.resetType}): ${input.reason}`.slice(0, 500),
      offeredForMs: DESTRUCTIVE_ORDER_LIFETIME_MS,
      withJob: async (made) => {
        if (backup === null) return;
        await keepSnapshotOrder(tx, actor, gateway, backup, { jobId: made.id, description: `Made by ${made.id} before anything is wiped` });
      },
    });
    return {
      resetId: job.installationId ?? job.id,
      jobId: job.id,
      backupId: backup?.snapshotId ?? null,
      approvalsNeeded,
      steps: resetSteps(input),
      scheduledFor: time !== null && !time.isOpen ? time.notBeforeAt : null,
    };
  });
}

async function judge(
  db: Db | Tx,
  actor: Actor,
  input: z.output<typeof resetGatewaySchema>,
): Promise<{ gateway: RecoverableGateway; approvalsNeeded: number }> {
  const gateway = await recoverableGateway(db, actor, input.gatewayId, 'recovery.factory_reset');
  const { policy, version } = await readSitePolicy(db, gateway.siteId);
  if (!policy.recovery.factoryReset) {
    throw new DomainError(
      'FACTORY_RESET_NOT_ALLOWED',
      'The safety policy of this site does not allow a factory reset.',
      { gateway_id: gateway.id, policy_version: version },
      ['Ask the site’s safety engineer', 'Restore a snapshot instead'],
    );
  }
  const unfinished = await db.job.findMany({ where: { gatewayId: gateway.id, finishedAt: null } });
  if (unfinished.some((job) => !isResting(job))) throw await inProgress(db, gateway.id);
  if (input.backup) {
    const bytes = await estimateSnapshotBytes(db, gateway, { contents: BACKUP_CONTENTS, compression: 'zstd' });
    await requireRoom(db, gateway, bytes);
  }
  return { gateway, approvalsNeeded: policy.recovery.resetApprovers };
}

const WIPED: Record<(typeof RESET_TYPES)[number], string> = {
  complete: 'data and configuration',
  config: 'the configuration',
  data: 'the data',
};

export function resetSteps({
  resetType,
  backup,
  preserveNetwork,
}: {
  resetType: keyof typeof WIPED;
  backup: boolean;
  preserveNetwork: boolean;
}): string[] {
  return [
    ...(backup ? ['Make a backup of data and configuration, and hash it; without it nothing is wiped'] : []),
    `Wipe ${WIPED[resetType]} when the interlocks allow it`,
    ...(preserveNetwork && resetType !== 'data' ? ['Keep the network settings'] : []),
    'Restart and prove health',
  ];
}
