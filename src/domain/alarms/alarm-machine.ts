/** The life of an alarm after ISA-18.2, as a table. Acknowledging never clears: an alarm ends when its condition is gone and someone has seen it. */
export const ALARM_STATES = [
  'normal',
  'active_unacknowledged',
  'active_acknowledged',
  'returned_unacknowledged',
  'shelved',
  'suppressed',
] as const;
export type AlarmState = (typeof ALARM_STATES)[number];

export const ALARM_EVENTS = ['raise', 'clear', 'acknowledge', 'shelve', 'unshelve', 'suppress', 'unsuppress'] as const;
export type AlarmEventName = (typeof ALARM_EVENTS)[number];

/** Where it goes; a pair where that depends on whether the condition still holds. */
type Target = AlarmState | { present: AlarmState; gone: AlarmState };

const AGAIN_IN_SIGHT = { present: 'active_unacknowledged', gone: 'normal' } as const;

/** What is missing here is refused and changes nothing. */
export const ALARM_TRANSITIONS: Record<AlarmState, Partial<Record<AlarmEventName, Target>>> = {
  normal: { raise: 'active_unacknowledged' },
  active_unacknowledged: {
    clear: 'returned_unacknowledged',
    acknowledge: 'active_acknowledged',
    shelve: 'shelved',
    suppress: 'suppressed',
  },
  active_acknowledged: { clear: 'normal', shelve: 'shelved', suppress: 'suppressed' },
  returned_unacknowledged: { raise: 'active_unacknowledged', acknowledge: 'normal', shelve: 'shelved' },
  // The shelf keeps it quiet however often the condition comes and goes.
  shelved: { raise: 'shelved', clear: 'shelved', unshelve: AGAIN_IN_SIGHT },
  // Only what is present is suppressed: it is over when the condition goes.
  suppressed: { clear: 'normal', unsuppress: AGAIN_IN_SIGHT },
};

/** `present`: whether the condition holds. */
export type AlarmPosition = { state: AlarmState; present: boolean };

/** The next position, or null when the event changes nothing there. Pure. */
export function moveAlarm(position: AlarmPosition, event: AlarmEventName): AlarmPosition | null {
  const target = ALARM_TRANSITIONS[position.state][event];
  if (target === undefined) return null;
  const present = event === 'raise' ? true : event === 'clear' ? false : position.present;
  const state = typeof target === 'string' ? target : present ? target.present : target.gone;
  return state === position.state && present === position.present ? null : { state, present };
}

/** Asks for attention now: sounds, is counted, is told to the channels. */
export function isAnnounced(state: AlarmState): boolean {
  return state === 'active_unacknowledged' || state === 'returned_unacknowledged';
}
