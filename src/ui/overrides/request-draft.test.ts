import { describe, expect, it } from 'vitest';
import { EXAMPLE_POLICY } from '#/domain/safety/policy';
import { SHIPPED_SITE_POLICY } from '#/domain/safety/site-policy';
import { approversNeeded, draftFaults, longestAllowedS, measuresOf, type RequestDraft } from './request-draft';

const GOOD: RequestDraft = {
  operation: 'O3',
  constraints: ['ups_battery'],
  bounds: { ups_battery: { constraint: 'ups_battery', bound: { levelPercent: 24, onBattery: false } } },
  durationSeconds: 900,
  reasonCode: 'maintenance',
  reason: 'Battery is replaced this evening',
  measures: ['A person stands at the crane and watches it'],
  otherMeasures: '',
  breakGlass: false,
  pin: '',
};
const given = { limits: EXAMPLE_POLICY, policies: [SHIPPED_SITE_POLICY], needsPin: false };

describe('the draft of a request', () => {
  it('is good when everything is said', () => expect(draftFaults(GOOD, given)).toEqual({}));

  it.each<[string, Partial<RequestDraft>]>([
    ['constraints', { constraints: [] }],
    ['bounds', { bounds: { ups_battery: { constraint: 'ups_battery', bound: { levelPercent: 19, onBattery: false } } } }],
    ['reason', { reason: '  too few  ' }],
    ['measures', { measures: [], otherMeasures: ' \n ' }],
    ['durationSeconds', { constraints: ['crane_motion'], bounds: {}, durationSeconds: 7200 }],
  ])('says what is wrong with %s', (field, part) => expect(Object.keys(draftFaults({ ...GOOD, ...part }, given))).toEqual([field]));

  it('a bound of a constraint that is not chosen does not count', () => {
    const bounds = { ...GOOD.bounds, acs_collision: { constraint: 'acs_collision' as const, bound: { distanceM: 1 } } };
    expect(draftFaults({ ...GOOD, bounds }, given)).toEqual({});
  });

  it('asks for the PIN where it is needed', () => {
    expect(draftFaults(GOOD, { ...given, needsPin: true }).pin).toBeDefined();
    expect(draftFaults({ ...GOOD, pin: '7392' }, { ...given, needsPin: true })).toEqual({});
  });

  it('written measures are taken line by line', () => {
    expect(measuresOf({ ...GOOD, otherMeasures: 'Fire watch\n\n Second UPS ' })).toEqual([...GOOD.measures, 'Fire watch', 'Second UPS']);
  });

  it('motion and anti-collision end after an hour, the others after four, and a site may be stricter', () => {
    expect(longestAllowedS(['ups_battery'], [SHIPPED_SITE_POLICY])).toBe(14_400);
    expect(longestAllowedS(['ups_battery', 'acs_collision'], [SHIPPED_SITE_POLICY])).toBe(3600);
    const strict = structuredClone(SHIPPED_SITE_POLICY);
    strict.override.ups_battery.maxDurationSeconds = 600;
    expect(longestAllowedS(['ups_battery'], [SHIPPED_SITE_POLICY, strict])).toBe(600);
  });

  it('who may not approve always needs someone who may', () => {
    const own = structuredClone(SHIPPED_SITE_POLICY);
    own.override.ups_battery.approvers = 0;
    expect(approversNeeded(GOOD, [own], true)).toBe(0);
    expect(approversNeeded(GOOD, [own], false)).toBe(1);
    expect(approversNeeded(GOOD, [own, SHIPPED_SITE_POLICY], true)).toBe(1);
    expect(approversNeeded({ ...GOOD, breakGlass: true }, [SHIPPED_SITE_POLICY], true)).toBe(0);
  });
});
