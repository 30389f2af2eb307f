import { describe, expect, it } from 'vitest';
import { SHIPPED_SITE_POLICY, sitePolicySchema } from './site-policy';

describe('the policy of a site', () => {
  it('as shipped, is one', () => expect(sitePolicySchema.parse(SHIPPED_SITE_POLICY)).toEqual(SHIPPED_SITE_POLICY));

  it('that was stored before there was recovery, or a rule about switching off, goes on parsing, with the shipped rules', () => {
    const { recovery: _recovery, switchOff: _switchOff, ...stored } = SHIPPED_SITE_POLICY;
    expect(sitePolicySchema.parse(stored)).toEqual(SHIPPED_SITE_POLICY);
  });

  it('has no more approvers than there are ways to approve', () => {
    const recovery = { ...SHIPPED_SITE_POLICY.recovery, resetApprovers: 2 };
    expect(sitePolicySchema.safeParse({ ...SHIPPED_SITE_POLICY, recovery }).success).toBe(false);
  });
});
