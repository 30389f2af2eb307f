import { describe, expect, it } from 'vitest';
import {
  ALARM_EVENTS,
  ALARM_STATES,
  type AlarmEventName,
  type AlarmPosition,
  type AlarmState,
  isAnnounced,
  moveAlarm,
} from './alarm-machine';

type Row = Record<AlarmEventName, string>;
/** Written apart from the table under test: `state/present` after each event, '-' where nothing may change. */
const GONE = 'normal/false';
const EXPECTED: Record<string, Row> = {
  'normal/false': row({ raise: 'active_unacknowledged/true' }),
  'active_unacknowledged/true': row({
    clear: 'returned_unacknowledged/false',
    acknowledge: 'active_acknowledged/true',
    shelve: 'shelved/true',
    suppress: 'suppressed/true',
  }),
  'active_acknowledged/true': row({ clear: GONE, shelve: 'shelved/true', suppress: 'suppressed/true' }),
  'returned_unacknowledged/false': row({ raise: 'active_unacknowledged/true', acknowledge: GONE, shelve: 'shelved/false' }),
  'shelved/true': row({ clear: 'shelved/false', unshelve: 'active_unacknowledged/true' }),
  'shelved/false': row({ raise: 'shelved/true', unshelve: GONE }),
  'suppressed/true': row({ clear: GONE, unsuppress: 'active_unacknowledged/true' }),
};

function row(changes: Partial<Row>): Row {
  return { ...(Object.fromEntries(ALARM_EVENTS.map((event) => [event, '-'])) as Row), ...changes };
}

const positions = Object.keys(EXPECTED).map((text): AlarmPosition => {
  const [state, present] = text.split('/');
  return { state: state as AlarmState, present: present === 'true' };
});
const pairs = positions.flatMap((position) => ALARM_EVENTS.map((event) => [position, event] as const));

describe('every state and event', () => {
  it('all states are walked', () => expect(new Set(positions.map(({ state }) => state))).toEqual(new Set(ALARM_STATES)));

  it.each(pairs)('%o on %s', (position, event) => {
    const next = moveAlarm(position, event);
    expect(next === null ? '-' : `${next.state}/${next.present}`).toBe(EXPECTED[`${position.state}/${position.present}`]?.[event]);
  });

  it('never leads to a position that is not walked here', () => {
    for (const [position, event] of pairs) {
      const next = moveAlarm(position, event);
      if (next) expect(EXPECTED).toHaveProperty(`${next.state}/${next.present}`);
    }
  });

  it('acknowledging never makes a present condition go', () => {
    for (const position of positions.filter(({ present }) => present)) {
      expect(moveAlarm(position, 'acknowledge')?.present ?? true).toBe(true);
      expect(moveAlarm(position, 'acknowledge')?.state).not.toBe('normal');
    }
  });

  it('only what nobody has seen asks for attention', () => {
    expect(ALARM_STATES.filter(isAnnounced)).toEqual(['active_unacknowledged', 'returned_unacknowledged']);
  });
});
