/** What an operation of recovery would do, and what would hold it now, before anyone orders it. */
import { healthStep } from '#/domain/jobs/undecided';
import { z } from 'zod';
import type { Hold } from '#/domain/jobs/hold';
import { INSTALL_STRATEGIES } from '#/domain/jobs/job-options';
import { type JobOperation, RECOVERY_CLASS } from '#/domain/jobs/operations';
import { isResting } from '#/domain/jobs/phase-deadlines';
import { nextWindow } from '#/domain/maintenance/window';
import type { OperationClass } from '#/domain/safety/policy';
import {
  RESET_TYPES,
  SNAPSHOT_COMPRESSIONS,
  SNAPSHOT_PARTS,
  type SnapshotPart,
  STATE_PARTS,
  type StatePart,
} from '#/protocol/mqtt/recovery';
import type { Actor } from '../access/actor';
import { getDb } from '../db/client';
import { holdsOfGateway } from '../safety/holds-of';
import { readSitePolicy } from '../safety/site-policy';
import { readSettings } from '../settings/read-settings';
import { snapshotSteps } from './create-snapshot';
import { findSnapshot } from './find-snapshot';
import { pastSeconds } from './past-seconds';
import { judgeOtherSlot } from './proven-slot';
import { type RecoverableGateway, recoverableGateway } from './recoverable-gateway';
import { BACKUP_CONTENTS, resetSteps } from './reset-gateway';
import { chooseParts, judgeRestorable, partsWords, restoredPartsSchema } from './restorable';
import { restoreSteps } from './restore-snapshot';
import { dataSnapshotOf } from './roll-back';
import { hasRoomForSnapshot } from './snapshot-rows';
import { estimateSnapshotBytes } from './snapshot-size';

const strategy = z.enum(INSTALL_STRATEGIES).default('seamless');
export const planRecoverySchema = z.discriminatedUnion('operation', [
  z.object({
    operation: z.literal('snapshot'),
    gatewayId: z.uuid(),
    strategy,
    contents: z.array(z.enum(SNAPSHOT_PARTS)).min(1),
    compression: z.enum(SNAPSHOT_COMPRESSIONS).default('zstd'),
  }),
  z.object({ operation: z.literal('rollback'), gatewayId: z.uuid(), strategy, preserveData: z.boolean().default(true) }),
  z.object({
    operation: z.literal('restore'),
    gatewayId: z.uuid(),
    strategy,
    snapshotId: z.string().min(1).max(40),
    parts: restoredPartsSchema.optional(),
  }),
  z.object({
    operation: z.literal('factory_reset'),
    gatewayId: z.uuid(),
    strategy,
    resetType: z.enum(RESET_TYPES),
    backup: z.boolean().default(true),
    preserveNetwork: z.boolean().default(true),
  }),
]);
export type PlanRecoveryInput = z.output<typeof planRecoverySchema>;

export type RecoveryPlan = {
  operation: Exclude<JobOperation, 'update'>;
  /** Class of the interlocks that it needs, and of an override for it. */
  operationClass: OperationClass;
  gatewayId: string;
  gatewayName: string;
  /** Has to be typed before anything that restarts the gateway is ordered from the screen. */
  craneName: string;
  fromVersion: string | null;
  toVersion: string | null;
  targetSlot: 'A' | 'B' | null;
  /** Why it cannot be ordered at all; null: it can. */
  impossible: string | null;
  steps: string[];
  consequences: string[];
  /** Bytes of the snapshot or of the backup; null where none is made. */
  estimatedBytes: number | null;
  estimatedSeconds: number;
  /** Nobody here has done it before: a figure of the reference page. */
  estimateIsNominal: boolean;
  needsPin: boolean;
  /** Others who have to approve it, by the site's policy. */
  approversNeeded: number;
  window: { startsAt: Date; endsAt: Date; isOpen: boolean } | null;
  holds: Hold[];
  unfinishedJobId: string | null;
  plannedAt: Date;
};

type Part = Pick<RecoveryPlan, 'toVersion' | 'targetSlot' | 'impossible' | 'steps' | 'consequences' | 'estimatedBytes'> & {
  /** Where it is another one than was asked about: a restore of files alone. */
  operation?: RecoveryPlan['operation'];
  needsPin?: boolean;
  approversNeeded?: number;
};

const PERMISSION = {
  snapshot: 'snapshot.create',
  rollback: 'recovery.rollback',
  restore: 'recovery.restore',
  factory_reset: 'recovery.factory_reset',
} as const;

/** Throws only what the actor may not see or do. */
export async function planRecovery(actor: Actor, input: PlanRecoveryInput): Promise<RecoveryPlan> {
  const db = getDb();
  const { operation } = input;
  const gateway = await recoverableGateway(db, actor, input.gatewayId, PERMISSION[operation]);
  const nowMs = Date.now();
  const operationClass = RECOVERY_CLASS[operation];
  const part = await partOf(actor, gateway, input);
  const [settings, holds, past, unfinished] = await Promise.all([
    readSettings(db, gateway.id),
    holdsOfGateway(db, gateway.id, { operation: operationClass, strategy: input.strategy, imageBytes: 0, nowMs }),
    pastSeconds(gateway, part.operation ?? operation),
    db.job.findMany({
      where: { gatewayId: gateway.id, finishedAt: null },
      select: { id: true, state: true, intent: true, toVersion: true },
    }),
  ]);
  const next = nextWindow(settings.body.maintenance_window, nowMs);
  const resting = unfinished.find(isResting);
  const lost = resting ? [`The download of ${resting.toVersion} that rests there is given up; what it has fetched is kept`] : [];
  return {
    operation,
    operationClass,
    gatewayId: gateway.id,
    gatewayName: gateway.name,
    craneName: gateway.crane.name,
    fromVersion: gateway.activeVersion,
    needsPin: false,
    approversNeeded: 0,
    ...part,
    consequences: [...part.consequences, ...lost],
    estimatedSeconds: past.seconds,
    estimateIsNominal: past.nominal,
    window: next === null ? null : { startsAt: new Date(next.startMs), endsAt: new Date(next.endMs), isOpen: next.startMs <= nowMs },
    holds,
    unfinishedJobId: unfinished.find((job) => !isResting(job))?.id ?? null,
    plannedAt: new Date(nowMs),
  };
}

async function partOf(actor: Actor, gateway: RecoverableGateway, input: PlanRecoveryInput): Promise<Part> {
  const { auto_rollback: autoRollback } = (await readSettings(getDb(), gateway.id)).body.auto_update;
  switch (input.operation) {
    case 'snapshot':
      return snapshotPart(gateway, input);
    case 'rollback':
      return rollbackPart(gateway, input.preserveData, autoRollback);
    case 'restore':
      return restorePart(actor, gateway, input, autoRollback);
    case 'factory_reset':
      return resetPart(gateway, input);
  }
}

const RESTARTS = 'The gateway restarts and is unavailable meanwhile';
const fallsBack = (byItself: boolean) => (byItself ? ['A version that does not prove its health is left again by itself'] : []);

async function snapshotPart(gateway: RecoverableGateway, input: Extract<PlanRecoveryInput, { operation: 'snapshot' }>): Promise<Part> {
  const room = await hasRoomForSnapshot(getDb(), gateway.id);
  return {
    toVersion: gateway.activeVersion,
    targetSlot: null,
    impossible: room ? null : 'The gateway keeps as many snapshots of people as it may; delete one first',
    steps: snapshotSteps(input.contents),
    consequences: ['The gateway keeps working: nothing restarts', whatItGives(input.contents)],
    estimatedBytes: await estimateSnapshotBytes(getDb(), gateway, input),
  };
}

function whatItGives(contents: readonly SnapshotPart[]): string {
  if (contents.includes('image')) return 'It can be restored and booted';
  const parts = STATE_PARTS.filter((part) => contents.includes(part));
  if (parts.length === 0) return 'It holds logs only: it is kept, and nothing of it can be restored';
  return `It holds no image that can be booted: ${partsWords(parts).toLowerCase()} can be restored under the version that runs then`;
}

async function rollbackPart(gateway: RecoverableGateway, preserveData: boolean, autoRollback: boolean): Promise<Part> {
  const { proven, why } = await judgeOtherSlot(getDb(), gateway);
  const snapshot = proven === null || preserveData ? null : await dataSnapshotOf(getDb(), gateway, proven.version);
  const data = preserveData
    ? 'Data and configuration stay as they are'
    : snapshot === null
      ? 'Data and configuration stay as they are: there is no automatic snapshot from when that version ran'
      : `Data goes back to ${snapshot.createdAt.toISOString()} (${snapshot.id}): what was written since is lost. Configuration stays as it is`;
  return {
    toVersion: proven?.version ?? null,
    targetSlot: proven?.slot ?? null,
    impossible: why,
    steps: [
      `Hash partition ${gateway.inactive} against what was written to it`,
      'Switch the bootloader and restart when the interlocks allow it',
      healthStep(autoRollback),
    ],
    consequences: [RESTARTS, data, ...fallsBack(autoRollback)],
    estimatedBytes: null,
  };
}

type RestoreInput = Extract<PlanRecoveryInput, { operation: 'restore' }>;

async function restorePart(actor: Actor, gateway: RecoverableGateway, input: RestoreInput, autoRollback: boolean): Promise<Part> {
  const row = await findSnapshot(actor, { snapshotId: input.snapshotId, gatewayId: gateway.id }, 'recovery.restore');
  const { policy } = await readSitePolicy(getDb(), gateway.siteId);
  const { restorable: whole, why } = judgeRestorable(row, gateway);
  const restorable = whole && chooseParts(row.id, whole, input.parts);
  const part = { impossible: why, estimatedBytes: null, approversNeeded: policy.recovery.restoreApprovers };
  const parts = restorable?.parts ?? STATE_PARTS.filter((one) => row.contents.includes(one));
  if (!row.bootable && parts.length === 0) return { ...part, toVersion: null, targetSlot: null, steps: [], consequences: [] };
  if (restorable?.way === 'files' || !row.bootable) {
    const runs = gateway.activeVersion ?? 'the version that runs';
    return {
      ...part,
      operation: 'restore_files',
      toVersion: gateway.activeVersion,
      targetSlot: null,
      steps: restoreSteps(row.id, { way: 'files', parts }, gateway.active, autoRollback),
      consequences: [
        RESTARTS,
        ...goesBack(parts, row.createdAt),
        `Both partitions stay as they are: ${runs} goes on running${row.version === gateway.activeVersion ? '' : `, with files of when ${row.version ?? 'another version'} ran`}`,
        'Logs stay, and so does what the agent keeps for itself: identity, keys, used permissions, policy',
        ...(autoRollback
          ? ['When the gateway does not prove its health, the former files come back by themselves, with another restart']
          : []),
      ],
    };
  }
  const over = gateway.slots.find((slot) => slot.id === gateway.inactive)?.version ?? null;
  return {
    ...part,
    toVersion: row.version,
    targetSlot: gateway.inactive,
    steps: restoreSteps(row.id, { way: 'image', parts }, gateway.inactive, autoRollback),
    consequences: [
      RESTARTS,
      over === null
        ? `Partition ${gateway.inactive} is written`
        : `${over} on partition ${gateway.inactive} is overwritten: it can no longer be rolled back to`,
      ...goesBack(parts, row.createdAt),
      ...fallsBack(autoRollback),
    ],
  };
}

/** Of data and configuration what the snapshot holds. */
function goesBack(parts: readonly StatePart[], createdAt: Date): string[] {
  if (parts.length === 0) return [];
  const other = parts.length > 1 ? '' : `. ${parts[0] === 'data' ? 'Configuration' : 'Data'} stays as it is`;
  return [
    `${partsWords(parts)} ${parts.length > 1 ? 'go' : 'goes'} back to ${createdAt.toISOString()}: what was written since is lost${other}`,
  ];
}

function backupWords({ restoresFiles }: RecoverableGateway): string {
  const kept = 'The backup of data and configuration stays on the gateway for 30 days';
  return restoresFiles
    ? `${kept}: Restore, in the list of its snapshots, puts it back`
    : `${kept}. Its agent is too old to put it back by itself: somebody does that by hand on the gateway (docs/operations.md, “Putting a backup back”)`;
}

async function resetPart(gateway: RecoverableGateway, input: Extract<PlanRecoveryInput, { operation: 'factory_reset' }>): Promise<Part> {
  const { policy } = await readSitePolicy(getDb(), gateway.siteId);
  const room = !input.backup || (await hasRoomForSnapshot(getDb(), gateway.id));
  return {
    toVersion: gateway.activeVersion,
    targetSlot: null,
    impossible: !policy.recovery.factoryReset
      ? 'The safety policy of this site does not allow a factory reset'
      : room
        ? null
        : 'The gateway keeps as many snapshots of people as it may, so no backup can be made; delete one first',
    steps: resetSteps(input),
    consequences: [
      RESTARTS,
      input.backup ? backupWords(gateway) : 'Nothing of what is wiped can be put back',
      'Once it has begun to wipe it is finished, also after a power cut',
    ],
    estimatedBytes: input.backup ? await estimateSnapshotBytes(getDb(), gateway, { contents: BACKUP_CONTENTS, compression: 'zstd' }) : null,
    needsPin: true,
    approversNeeded: policy.recovery.resetApprovers,
  };
}
