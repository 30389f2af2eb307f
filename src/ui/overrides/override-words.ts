/** How overrides are called on the screen: states, operation classes, reasons. */
import type { OverrideState } from '#/domain/safety/override-machine';
import type { REASON_CODES } from '#/domain/safety/override-request';
import type { OperationClass } from '#/domain/safety/policy';
import type { Priority } from '../kit/mark';

type Words = { label: string; priority: Priority };

const STATE_WORDS: Record<OverrideState, Words> = {
  requested: { label: 'Waits for approval', priority: 'info' },
  approved: { label: 'Approved, on its way', priority: 'p3' },
  active: { label: 'Active', priority: 'p2' },
  used: { label: 'Used', priority: 'none' },
  expired: { label: 'Expired', priority: 'none' },
  revoked: { label: 'Revoked', priority: 'none' },
  rejected: { label: 'Rejected', priority: 'none' },
  withdrawn: { label: 'Withdrawn', priority: 'none' },
  lapsed: { label: 'Lapsed, nobody answered', priority: 'none' },
  review_due: { label: 'Review due', priority: 'p2' },
  closed: { label: 'Reviewed', priority: 'none' },
};

/** Words and mark of a state; one that this page does not know is shown as it is. */
export function overrideWords(state: string): Words {
  return STATE_WORDS[state as OverrideState] ?? { label: state, priority: 'none' };
}

/** What an operation class means to a person. */
export const OPERATION_WORDS: Record<OperationClass, string> = {
  O1: 'Download (O1)',
  O2: 'Write the inactive slot (O2)',
  O3: 'Switch slots and reboot (O3)',
  O4: 'Restore or reset (O4)',
};

export const REASON_WORDS: Record<(typeof REASON_CODES)[number], string> = {
  maintenance: 'Planned maintenance',
  sensor_fault: 'A sensor is at fault',
  emergency: 'Emergency',
  operational: 'Operations need it',
  test: 'Test or commissioning',
  other: 'Other',
};

/** The reason's name; an unknown code is shown as it is. */
export function reasonWords(code: string): string {
  return REASON_WORDS[code as keyof typeof REASON_WORDS] ?? code;
}

/** Measures that are offered to tick; a person may write others. */
export const USUAL_MEASURES = [
  'A person stands at the crane and watches it',
  'The crane is taken out of operation until it is done',
  'The neighbouring crane is stopped',
  'Radio contact with the crane driver',
  'Mains supply was checked on site',
] as const;

/** Durations on offer, in seconds; what the policy does not allow is left out. */
export const DURATIONS_S = [60, 300, 900, 1800, 3600, 7200, 14_400] as const;

/** "15 min", "2 h". */
export function durationWords(seconds: number): string {
  if (seconds < 3600 || seconds % 3600 !== 0) return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
  return `${seconds / 3600} h`;
}
