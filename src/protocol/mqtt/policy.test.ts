import { describe, expect, it } from 'vitest';
import { SHIPPED_SITE_POLICY, sitePolicySchema } from '#/domain/safety/site-policy';
import { commandBodySchema } from './commands';
import { policyCommandSchema, wirePolicy } from './policy';

const order = (policy: object, more: object = {}) => ({ name: 'policy.apply', version: 3, policy, ...more });
const forbids = { ...SHIPPED_SITE_POLICY, switchOff: { ...SHIPPED_SITE_POLICY.switchOff, crane_motion: false } };
/** As agents took it before there were switches and rules of recovery: nothing else than these fields. */
const FIRST_FIELDS = ['answerWithinSeconds', 'breakGlass', 'concurrency', 'holdMs', 'limits', 'maxAgeMs', 'override', 'pauseDownload'];

describe('an agent', () => {
  it('takes a policy of a newer server without what it does not know', () => {
    const parsed = commandBodySchema.parse(order({ ...SHIPPED_SITE_POLICY, fog: { visibilityM: 50 } }));
    expect(parsed).toEqual(order(SHIPPED_SITE_POLICY));
  });

  it.each([
    ['a field that must be known', order({ ...SHIPPED_SITE_POLICY, fog: { visibilityM: 50 } }, { mustKnow: ['fog'] })],
    ['a limit', order({ ...SHIPPED_SITE_POLICY, limits: { ...SHIPPED_SITE_POLICY.limits, windHardMs: 20 } })],
    ['a constraint', order({ ...SHIPPED_SITE_POLICY, holdMs: { ...SHIPPED_SITE_POLICY.holdMs, wind: 1000 } })],
    ['a switch', order({ ...SHIPPED_SITE_POLICY, switchOff: { ...SHIPPED_SITE_POLICY.switchOff, wind: false } })],
    ['no limits', order({ ...SHIPPED_SITE_POLICY, limits: undefined })],
    ['a looser hard limit', order({ ...SHIPPED_SITE_POLICY, limits: { ...SHIPPED_SITE_POLICY.limits, upsHardPercent: 1 } })],
    ['no object', order([])],
  ])('refuses a policy with %s', (_what, body) => {
    expect(policyCommandSchema.safeParse(body).success).toBe(false);
    expect(commandBodySchema.safeParse(body).success).toBe(false);
  });
});

describe('what agents are sent', () => {
  it('has only what every agent knows, where that means the same', () => {
    expect(Object.keys(wirePolicy(SHIPPED_SITE_POLICY).policy).sort()).toEqual(FIRST_FIELDS);
    expect(wirePolicy(SHIPPED_SITE_POLICY).mustKnow).toBeUndefined();
  });

  it('says a switch that is forbidden, and that it must be known', () => {
    const { policy, mustKnow } = wirePolicy(forbids);
    expect(policy.switchOff).toEqual(forbids.switchOff);
    expect(mustKnow).toEqual(['switchOff']);
    expect(policyCommandSchema.parse(order(policy, { mustKnow })).policy).toEqual({ ...forbids, recovery: SHIPPED_SITE_POLICY.recovery });
  });

  it('is the same policy when it is taken', () => {
    const { policy } = wirePolicy(SHIPPED_SITE_POLICY);
    expect(sitePolicySchema.parse(policy)).toEqual(SHIPPED_SITE_POLICY);
    expect(commandBodySchema.parse(order(policy))).toEqual(order(SHIPPED_SITE_POLICY));
  });
});
