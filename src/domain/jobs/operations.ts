import type { OperationClass } from '../safety/policy';

/**
 * What a job does. The contract's `type` has fewer words: restore, restore_files and factory_reset are of type rollback, told
 * apart by `subtype`. `restore_files` puts data and configuration of a snapshot back under the version that runs.
 */
export const JOB_OPERATIONS = ['update', 'rollback', 'restore', 'restore_files', 'factory_reset', 'snapshot'] as const;
export type JobOperation = (typeof JOB_OPERATIONS)[number];

/** Narrows the text of a row; what a newer version has written is treated as the update that it once was the only word for. */
export function operationOf(text: string): JobOperation {
  return JOB_OPERATIONS.find((one) => one === text) ?? 'update';
}

/** Class of a recovery operation as a whole; an update has one per phase (next-operation.ts). */
export const RECOVERY_CLASS: Record<Exclude<JobOperation, 'update'>, OperationClass> = {
  snapshot: 'O1',
  rollback: 'O3',
  restore: 'O4',
  restore_files: 'O4',
  factory_reset: 'O4',
};

/** Whether it counts in the interlocks between gateways: everything but O1. */
export function standsBetweenGateways(job: { intent: string; operation: string }): boolean {
  return job.intent === 'install' && job.operation !== 'snapshot';
}

/** Whether it ends in another slot: the bootloader is told of it, and counts its boots. */
export function switchesSlot(operation: JobOperation): boolean {
  return operation === 'update' || operation === 'rollback' || operation === 'restore';
}

/** Whether what it starts with is proved, or left again. A factory reset has no way back. */
export function mayFallBack(operation: JobOperation): boolean {
  return switchesSlot(operation) || operation === 'restore_files';
}
