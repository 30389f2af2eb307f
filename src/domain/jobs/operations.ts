/** What a job does. The contract's `type` has fewer words: restore and factory_reset are of type rollback, told apart by `subtype`. */
export const JOB_OPERATIONS = ['update', 'rollback', 'restore', 'factory_reset', 'snapshot'] as const;
export type JobOperation = (typeof JOB_OPERATIONS)[number];
