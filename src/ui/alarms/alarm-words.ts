/** How alarms are called and marked on the screen. One table, used by list, detail and navigation. */
import { ALARM_RULES, type AlarmPriority, isAlarmKind } from '#/domain/alarms/alarm-kinds';
import type { AlarmState } from '#/domain/alarms/alarm-machine';
import type { Priority } from '../kit/mark';

export const STATE_WORDS: Record<AlarmState, string> = {
  normal: 'Over',
  active_unacknowledged: 'Active, unacknowledged',
  active_acknowledged: 'Active, acknowledged',
  returned_unacknowledged: 'Gone, unacknowledged',
  shelved: 'Shelved',
  suppressed: 'Suppressed (in service)',
};

/** Words of the history; what is not here is shown as it is. */
export const EVENT_WORDS: Record<string, string> = {
  raise: 'Raised',
  clear: 'Condition gone',
  acknowledge: 'Acknowledged',
  shelve: 'Shelved',
  unshelve: 'Off the shelf',
  suppress: 'Suppressed',
  unsuppress: 'No longer suppressed',
  grouped: 'Joined a group',
  ungrouped: 'Left its group',
};

const MARK: Record<AlarmPriority, Priority> = { 1: 'p1', 2: 'p2', 3: 'p3' };

/** Shape and colour of a priority; what is over, shelved or suppressed has none. */
export function markOf(alarm: { priority: number; state: string }): Priority {
  if (alarm.state === 'normal' || alarm.state === 'shelved' || alarm.state === 'suppressed') return 'none';
  return MARK[alarm.priority as AlarmPriority] ?? 'p3';
}

/** Title and response of a kind; a kind that this build does not know is shown as it is. */
export function kindWords(kind: string): { title: string; response: string } {
  return isAlarmKind(kind) ? ALARM_RULES[kind] : { title: kind, response: '' };
}

/** Asks for an acknowledgement now. */
export function isUnseen(state: string): boolean {
  return state === 'active_unacknowledged' || state === 'returned_unacknowledged';
}

/** May lie on the shelf from here. */
export function isShelvable(state: string): boolean {
  return isUnseen(state) || state === 'active_acknowledged';
}
