/** The steps of each kind of job in the order in which they come, for pages that show what is done and what is still to come. */
import type { JobState } from './job-machine';
import type { JobOperation } from './operations';

/** `capturing` is left out where no snapshot or backup was ordered (phasesOfOrder). */
export const JOB_PHASES: Record<JobOperation, readonly JobState[]> = {
  update: [
    'offered',
    'accepted',
    'downloading',
    'downloaded',
    'capturing',
    'verifying',
    'writing',
    'written',
    'boot_pending',
    'booted_unconfirmed',
    'confirmed',
  ],
  rollback: ['offered', 'accepted', 'verifying', 'boot_pending', 'booted_unconfirmed', 'confirmed'],
  restore: ['offered', 'accepted', 'verifying', 'writing', 'written', 'boot_pending', 'booted_unconfirmed', 'confirmed'],
  restore_files: ['offered', 'accepted', 'verifying', 'writing', 'written', 'boot_pending', 'booted_unconfirmed', 'confirmed'],
  factory_reset: ['offered', 'accepted', 'capturing', 'resetting', 'booted_unconfirmed', 'confirmed'],
  snapshot: ['offered', 'accepted', 'capturing', 'confirmed'],
};

export type OrderedJob = { operation: JobOperation; intent: string; makesSnapshot: boolean };

/** The steps that a job goes through when nothing goes wrong. A download ends when its bytes are there. */
export function phasesOfOrder({ operation, intent, makesSnapshot }: OrderedJob): readonly JobState[] {
  const all = JOB_PHASES[operation];
  if (operation === 'update' && intent === 'download') return all.slice(0, all.indexOf('downloaded') + 1);
  return operation === 'snapshot' || makesSnapshot ? all : all.filter((state) => state !== 'capturing');
}
