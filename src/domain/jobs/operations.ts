import type { OperationClass } from '../safety/policy';

/** What a job does. The contract's `type` has fewer words: restore and factory_reset are of type rollback, told apart by `subtype`. */
export const JOB_OPERATIONS = ['update', 'rollback', 'restore', 'factory_reset', 'snapshot'] as const;
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
  factory_reset: 'O4',
};

/** Whether it counts in the interlocks between gateways: everything but O1. */
export function standsBetweenGateways(job: { intent: string; operation: string }): boolean {
  return job.intent === 'install' && job.operation !== 'snapshot';
}

/** Whether its new version is booted and proved, or the gateway falls back. A factory reset has no way back. */
export function mayFallBack(operation: JobOperation): boolean {
  return operation === 'update' || operation === 'rollback' || operation === 'restore';
}
