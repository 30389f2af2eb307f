/** How constraints and holds are called on the screen. */
import type { Hold } from '#/domain/jobs/hold';
import type { Verdict } from '#/domain/safety/evaluate';
import type { Constraint } from '#/domain/safety/signals';
import type { Priority } from '../kit/mark';

export const CONSTRAINT_WORDS: Record<Constraint, string> = {
  crane_motion: 'Crane motion',
  acs_collision: 'Anti-collision',
  ups_battery: 'UPS battery',
  network_connectivity: 'Network',
  disk_space: 'Disk space',
};

const HOLD_WORDS: Record<Hold['kind'], string> = {
  interlock: 'Interlock',
  maintenance_window: 'Maintenance window',
  decision: 'Decision',
  approval: 'Approval',
  concurrency: 'Concurrency limit',
  gateway_offline: 'Connection',
  reboot_delay: 'Reboot delay',
  network: 'Network',
  disk: 'Disk space',
};

/** The name of what holds. */
export function holdTitle(hold: Hold): string {
  return hold.constraint ? CONSTRAINT_WORDS[hold.constraint] : HOLD_WORDS[hold.kind];
}

/** A crane at work blocks: that is normal and has no colour. What has to be looked after has one. */
const AT_WORK: ReadonlySet<Constraint> = new Set(['crane_motion', 'acs_collision']);

/** The mark of a verdict; `connected` false: the signals are old because the gateway is away, which is said elsewhere. */
export function verdictPriority(verdict: Verdict, connected: boolean): Priority {
  // Good again, only not for long enough yet: nobody has to do anything.
  if (verdict.level === 'clear' || verdict.reason.startsWith('within its limits')) return 'none';
  if (verdict.stale) return connected ? 'p3' : 'none';
  if (AT_WORK.has(verdict.constraint) && !/fault|disagree/.test(verdict.reason)) return 'none';
  return verdict.level === 'hard' ? 'p2' : 'p3';
}
