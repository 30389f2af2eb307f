/**
 * The site's safety policy on the wire, between servers and agents of different versions (docs/adr/0006). A field of the policy
 * that an agent does not know is left out by it, unless the server says that it must be known; within the fields that it
 * knows nothing unknown is taken: a limit or a constraint that is not understood must never look like one that is kept.
 */
import { z } from 'zod';
import { SHIPPED_SITE_POLICY, type SitePolicy, sitePolicySchema } from '#/domain/safety/site-policy';

const KNOWN: ReadonlySet<string> = new Set(Object.keys(sitePolicySchema.shape));

/** Of a policy that a newer agent or server has written: what is known of it. */
export const knownPolicySchema = z.preprocess(withoutUnknown, sitePolicySchema);

export const policyCommandSchema = z
  .object({
    name: z.literal('policy.apply'),
    version: z.number().int().positive(),
    policy: knownPolicySchema,
    /** Fields of the policy without which it must not be taken. */
    mustKnow: z.array(z.string().max(60)).max(50).optional(),
  })
  .refine(({ mustKnow = [] }) => mustKnow.every((name) => KNOWN.has(name)), 'the policy needs a newer agent');

function withoutUnknown(raw: unknown): unknown {
  if (typeof raw !== 'object' || raw === null) return raw;
  return Object.fromEntries(Object.entries(raw).filter(([name]) => KNOWN.has(name)));
}

export type PolicyOrder = { policy: Omit<SitePolicy, 'recovery' | 'switchOff'> & Partial<SitePolicy>; mustKnow?: string[] };

/**
 * What agents are sent. Fields that came later stay away as long as an agent without them does the same: agents of before
 * refuse a policy with a field that they do not know.
 */
export function wirePolicy({ recovery: _serverOnly, switchOff, ...first }: SitePolicy): PolicyOrder {
  const isShipped = JSON.stringify(switchOff) === JSON.stringify(SHIPPED_SITE_POLICY.switchOff);
  return isShipped ? { policy: first } : { policy: { ...first, switchOff }, mustKnow: ['switchOff'] };
}
