import type { JobState } from './job-machine';
import type { JobOperation } from './operations';

/** Contract: GET /updates/progress, `status`. */
export const CONTRACT_STATUSES = [
  'queued',
  'waiting',
  'downloading',
  'downloaded',
  'verifying',
  'installing',
  'rebooting',
  'health_check',
  'completed',
  'failed',
  'cancelled',
  'rolled_back',
  'paused',
] as const;
export type ContractStatus = (typeof CONTRACT_STATUSES)[number];

export const CONTRACT_STATUS: Record<JobState, ContractStatus> = {
  offered: 'queued',
  accepted: 'queued',
  downloading: 'downloading',
  downloaded: 'downloaded',
  verifying: 'verifying',
  writing: 'installing',
  written: 'installing',
  boot_pending: 'rebooting',
  booted_unconfirmed: 'health_check',
  confirmed: 'completed',
  rolled_back: 'rolled_back',
  failed: 'failed',
  cancelled: 'cancelled',
  paused: 'paused',
  waiting: 'waiting',
  capturing: 'installing',
  resetting: 'installing',
};

/** Contract: `progress.current_operation` and the WebSocket's `current_operation`. */
export const CURRENT_OPERATION: Record<JobState, string> = {
  offered: 'waiting_for_gateway',
  accepted: 'preparing',
  downloading: 'downloading_update',
  downloaded: 'download_complete',
  verifying: 'verifying_update',
  writing: 'writing_partition',
  written: 'ready_to_reboot',
  boot_pending: 'rebooting',
  booted_unconfirmed: 'checking_health',
  confirmed: 'complete',
  rolled_back: 'rolled_back',
  failed: 'failed',
  cancelled: 'cancelled',
  paused: 'paused',
  waiting: 'waiting',
  capturing: 'creating_snapshot',
  resetting: 'factory_reset',
};

/** Where an operation of recovery does something else in a state than an update does. */
const RECOVERY_WORDS: Partial<Record<JobOperation, Partial<Record<JobState, string>>>> = {
  rollback: { verifying: 'verifying_partition' },
  restore: { verifying: 'verifying_snapshot', writing: 'restoring_partition' },
  restore_files: { verifying: 'verifying_snapshot', writing: 'restoring_files' },
  factory_reset: { capturing: 'creating_backup' },
};

/** What a job does now, in one word of the contract. */
export function operationWord(state: JobState, operation: JobOperation): string {
  return RECOVERY_WORDS[operation]?.[state] ?? CURRENT_OPERATION[state];
}
