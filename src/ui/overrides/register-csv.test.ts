import { describe, expect, it } from 'vitest';
import { csvText } from '../csv/csv-text';
import { loadOverrideState, registerFilters, registerInput } from './overrides-state';
import { type OverrideRow, REGISTER_CSV } from './register-csv';

const ROW: OverrideRow = {
  id: 'OVR-1',
  batchId: 'OVR-1',
  state: 'closed',
  outcome: 'used',
  gateway: { id: 'g', name: 'RTM-Q-STS07-GW1', connected: true, crane: 'STS07', block: 'Quay' },
  site: { id: 's', code: 'RTM', name: 'Rotterdam', timezone: 'Europe/Amsterdam' },
  jobId: null,
  actWaits: false,
  operation: 'O3',
  constraints: ['ups_battery'],
  bounds: [{ constraint: 'ups_battery', bound: { levelPercent: 25, onBattery: false } }],
  durationSeconds: 900,
  reasonCode: 'maintenance',
  reason: '=1+1, "now"',
  breakGlass: true,
  requester: 'Sofia',
  requestedAt: new Date('2026-03-01T10:00:00Z'),
  lapsesAt: new Date('2026-03-01T11:00:00Z'),
  approversNeeded: 0,
  approvers: ['Sofia'],
  approvedAt: new Date('2026-03-01T10:00:00Z'),
  expiresAt: new Date('2026-03-01T10:15:00Z'),
  endedAt: new Date('2026-03-01T10:05:00Z'),
  endReason: null,
  endedBy: 'controller',
  reviewDueAt: null,
  reviewer: 'Ada',
  reviewedAt: null,
  grants: [],
  may: { approve: false, reject: false, withdraw: false, revoke: false, closeReview: false, approveRefusal: null },
};

describe('the register as CSV', () => {
  it('has as many cells in a row as in the header, times in UTC, and no formula', () => {
    const [header, line] = csvText(REGISTER_CSV, [ROW]).split('\r\n');
    expect(header?.split(',')).toHaveLength(26);
    expect(line).toContain('2026-03-01T10:00:00.000Z');
    expect(line).toContain('"\'=1+1, ""now"""');
    expect(line).toContain('ups_battery ≥ 25 %');
  });
});

describe('the register’s state in the URL', () => {
  const load = (query: string) => loadOverrideState(new URLSearchParams(query));

  it('becomes the input of the query', async () => {
    const state = await load('tab=register&group=refused&constraint=disk_space&period=7d&q=%20STS%20&site=RTM&glass=true');
    expect(registerInput(state, Date.parse('2026-03-08T10:01:00Z'))).toEqual({
      siteCode: 'RTM',
      constraint: 'disk_space',
      states: ['rejected', 'withdrawn', 'lapsed'],
      breakGlass: true,
      text: 'STS',
      since: new Date('2026-03-01T10:00:00Z'),
      limit: 100,
    });
    expect(registerFilters(state)).toBe(6);
  });

  it('is the same input for a while, so that rows are not read again every second', async () => {
    const state = await load('period=24h');
    const at = (time: string) => registerInput(state, Date.parse(`2026-03-08T${time}Z`)).since?.toISOString();
    expect(at('10:00:01')).toBe(at('10:04:59'));
  });

  it('nonsense falls back to everything', async () => {
    const state = await load('group=x&constraint=y&period=z');
    expect(registerFilters(state)).toBe(0);
  });
});
