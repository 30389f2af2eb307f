import { describe, expect, it } from 'vitest';
import { eventIdOf, messageId } from './message-id';
import { eventText, progressBody, withId } from './stream-messages';

describe('messages', () => {
  it('a progress update has the shape of the seed', () => {
    const body = progressBody({
      j: 'OTA-JOB-8821X',
      g: 'g1',
      s: 's1',
      st: 'writing',
      p: 85.2,
      b: 385_000_000,
      t: 452_000_000,
      v: 5_200_000,
      q: 7,
      at: Date.parse('2026-03-15T10:25:30.250Z'),
    });
    expect(JSON.parse(withId(body, messageId(12, 3)))).toEqual({
      type: 'progress_update',
      job_id: 'OTA-JOB-8821X',
      progress: 85.2,
      current_operation: 'writing_partition',
      eta: '00:00:13',
      eta_seconds: 13,
      status: 'installing',
      details: {
        bytes_written: '385MB',
        bytes_total: '452MB',
        speed: '5.2MB/s',
        bytes_written_bytes: 385_000_000,
        bytes_total_bytes: 452_000_000,
        speed_bytes_per_second: 5_200_000,
      },
      gateway_id: 'g1',
      timestamp: '2026-03-15T10:25:30Z',
      id: 12_000_003,
    });
  });

  it('an event keeps its own fields and gets gateway, time and id, which no payload can forge', () => {
    const payload = {
      event: 'reboot_scheduled',
      message: 'System reboot scheduled in 60 seconds',
      countdown: 60,
      id: 1,
      gateway_id: 'other',
    };
    const text = eventText({ id: 5, at: new Date(0), gatewayId: 'g1', siteId: 's1', type: 'system_event', payload });
    expect(JSON.parse(text)).toEqual({
      type: 'system_event',
      event: 'reboot_scheduled',
      message: 'System reboot scheduled in 60 seconds',
      countdown: 60,
      gateway_id: 'g1',
      timestamp: '1970-01-01T00:00:00Z',
      id: 5_000_000,
    });
  });

  it('any id that a client has seen says after which event to go on', () => {
    expect([messageId(7), messageId(7, 1), messageId(7, 5_000_000)].map((id) => eventIdOf(String(id)))).toEqual([7, 7, 7]);
    expect(messageId(7, 5_000_000)).toBeLessThan(messageId(8));
    for (const bad of ['', '-1', '1.5', 'abc', '99999999999999999999', '9999999999999999']) expect(eventIdOf(bad)).toBeNull();
  });
});
