import type { OperationClass } from '../safety/policy';
import type { JobPosition } from './job-machine';
import { phaseOf } from './phase-deadlines';

/** The class of what comes next in a job: what its gateway asks the interlocks about, and what an override for it must name. */
export function nextOperation(position: JobPosition): Extract<OperationClass, 'O1' | 'O2' | 'O3'> {
  const phase = phaseOf(position);
  if (phase === 'written' || phase === 'boot_pending') return 'O3';
  // A download that rests goes on by being hashed and written.
  return phase === 'downloaded' || phase === 'verifying' || phase === 'writing' ? 'O2' : 'O1';
}
