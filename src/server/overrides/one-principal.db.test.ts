/** No single principal brings an override of O4 into force without the path that the policy names: on the real database, by every door there is. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Role, ROLES } from '#/domain/access/roles';
import { SHIPPED_SITE_POLICY } from '#/domain/safety/site-policy';
import { actorFromToken } from '../access/token-actor';
import type { Actor } from '../access/actor';
import { getDb } from '../db/client';
import { approveOverride } from './approve-override';
import { askFor, makeOverrideWorld, makePinned, PIN, rowOf } from './testing/override-world';

const STEPS = ['ask', 'ask with PIN', 'break glass', 'approve by session', 'approve by token', 'approve with wrong hash'] as const;
type Step = (typeof STEPS)[number];
const RUNS = 40;

describe('one principal alone', () => {
  it('reaches O4 only as the policy says', async () => {
    const reached: Record<string, number> = {};
    let steps = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.constant<Role[]>(['supervisor']), fc.uniqueArray(fc.constantFrom<Role>(...ROLES), { minLength: 1, maxLength: 3 })),
        fc.constantFrom(0, 1, 2),
        fc.boolean(),
        fc.array(fc.constantFrom<Step>(...STEPS), { minLength: 2, maxLength: 6 }),
        async (roles, approvers, breakGlass, walk) => {
          const { site, gateway } = await makeOverrideWorld();
          const { override } = SHIPPED_SITE_POLICY;
          const body = {
            ...SHIPPED_SITE_POLICY,
            breakGlass,
            override: { ...override, ups_battery: { ...override.ups_battery, approvers } },
          };
          await getDb().sitePolicy.create({ data: { siteId: site.id, version: 1, body, difference: [], note: 'test', author: 'test' } });
          const session = await personWith(roles, site.id);
          const token = await actorFromToken(session.token, { ip: null, requestId: null });
          if (!token) throw new Error('the token does not hold');
          for (const step of walk) {
            steps += 1;
            await take(step, session.actor, token, gateway.id);
          }
          const live = await getDb().overrideGrant.findMany({ where: { gatewayId: gateway.id } });
          for (const { requestId } of live) {
            const row = await rowOf(requestId);
            expect(row.operation).toBe('O4');
            const supervisor = roles.includes('supervisor');
            expect(supervisor && (row.breakGlass ? breakGlass : approvers === 0)).toBe(true);
            if (row.breakGlass) expect(row.reviewDueAt).not.toBeNull();
            const path = row.breakGlass ? 'break-glass, review due' : 'policy asks for no approver';
            reached[path] = (reached[path] ?? 0) + 1;
          }
        },
      ),
      {
        numRuns: RUNS,
        // The two ways that there are, so that the test surely sees what it is about.
        examples: [
          [['supervisor'], 0, false, ['ask', 'ask with PIN']],
          [['supervisor'], 1, true, ['ask', 'approve by token', 'break glass']],
        ],
      },
    );
    // Both ways that there are were walked, so the test has seen what it is about.
    expect(Object.keys(reached)).toHaveLength(2);
    process.stdout.write(`one principal: ${RUNS} walks, ${steps} steps; in force: ${JSON.stringify(reached)}\n`);
  }, 120_000);
});

async function personWith(roles: readonly Role[], siteId: string) {
  const person = await makePinned(roles[0] as Role, siteId);
  for (const role of roles.slice(1)) await getDb().roleAssignment.create({ data: { userId: person.userId, role, siteId } });
  const grants = roles.map((role) => ({ role, siteId }));
  return { ...person, actor: { ...person.actor, grants } };
}

/** What is refused is refused; what comes of it is what counts. */
async function take(step: Step, session: Actor, token: Actor, gatewayId: string): Promise<void> {
  const open = await getDb().overrideRequest.findFirst({ where: { gatewayId, state: 'requested' }, orderBy: { requestedAt: 'desc' } });
  const approval = open && { overrideId: open.id, requestHash: open.requestHash, pin: PIN };
  const acts: Record<Step, () => Promise<unknown>> = {
    ask: () => askFor(session, gatewayId, { operation: 'O4' }),
    'ask with PIN': () => askFor(token, gatewayId, { operation: 'O4', pin: PIN }),
    'break glass': () => askFor(session, gatewayId, { operation: 'O4', pin: PIN, breakGlass: true }),
    'approve by session': async () => approval && approveOverride(session, approval),
    'approve by token': async () => approval && approveOverride(token, approval),
    'approve with wrong hash': async () => approval && approveOverride(token, { ...approval, requestHash: 'a'.repeat(64) }),
  };
  await acts[step]().catch(() => undefined);
}
