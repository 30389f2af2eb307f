import type { OperationClass } from '../safety/policy';
import type { JobPosition } from './job-machine';
import { type JobOperation, RECOVERY_CLASS } from './operations';
import { phaseOf } from './phase-deadlines';

/**
 * The class of what comes next in a job: what its gateway asks the interlocks about, and what an override for it must name.
 * A recovery operation is of one class from its first step to its last: nobody begins to destroy what may not be ended.
 */
export function nextOperation(position: JobPosition, operation: JobOperation = 'update'): OperationClass {
  if (operation !== 'update') return RECOVERY_CLASS[operation];
  const phase = phaseOf(position);
  // A version that is not healthy is left by another restart.
  if (phase === 'written' || phase === 'boot_pending' || phase === 'booted_unconfirmed') return 'O3';
  // A download that rests, and a snapshot before the write, go on by being hashed and written.
  return phase === 'downloaded' || phase === 'capturing' || phase === 'verifying' || phase === 'writing' ? 'O2' : 'O1';
}
