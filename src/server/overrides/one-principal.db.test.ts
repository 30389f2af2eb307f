/**
 * No single principal reaches an operation of class O4, or brings an override for one into force, without the path that the
 * policy names: on the real database, by every use-case there is.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Role, ROLE_PERMISSIONS, ROLES } from '#/domain/access/roles';
import { SHIPPED_SITE_POLICY, type SitePolicy } from '#/domain/safety/site-policy';
import { recoveryStartSchema } from '#/protocol/mqtt/recovery';
import { actorFromToken } from '../access/token-actor';
import type { Actor } from '../access/actor';
import { getDb } from '../db/client';
import { cancelJob } from '../jobs/cancel-job';
import { approveRecovery } from '../recovery/approve-recovery';
import { resetGateway } from '../recovery/reset-gateway';
import { restoreSnapshot } from '../recovery/restore-snapshot';
import { makeRecoveryWorld, ordersOf, putSnapshot } from '../recovery/testing/recovery-world';
import { approveOverride } from './approve-override';
import { askFor, makePinned, PIN, putCalmSignals, REASON, rowOf } from './testing/override-world';

const STEPS = [
  'restore',
  'reset',
  'reset by token',
  'reset with wrong PIN',
  'approve job by session',
  'approve job by token',
  'cancel job',
  'ask',
  'ask with PIN',
  'break glass',
  'approve by session',
  'approve by token',
  'approve with wrong hash',
] as const;
type Step = (typeof STEPS)[number];
const RUNS = 40;
const OPEN = { factoryReset: true, resetApprovers: 0, restoreApprovers: 0 };

describe('one principal alone', () => {
  it('reaches O4 only as the policy says', async () => {
    const reached: Record<string, number> = {};
    let steps = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.constant<Role[]>(['supervisor']), fc.uniqueArray(fc.constantFrom<Role>(...ROLES), { minLength: 1, maxLength: 3 })),
        fc.constantFrom(0, 1, 2),
        fc.boolean(),
        fc.record({ factoryReset: fc.boolean(), resetApprovers: fc.constantFrom(0, 1), restoreApprovers: fc.constantFrom(0, 1) }),
        fc.array(fc.constantFrom<Step>(...STEPS), { minLength: 2, maxLength: 8 }),
        async (roles, approvers, breakGlass, recovery, walk) => {
          const { site, gateway } = await makeRecoveryWorld();
          await putCalmSignals(gateway.id);
          await putSnapshot(gateway);
          const { override } = SHIPPED_SITE_POLICY;
          const body = {
            ...SHIPPED_SITE_POLICY,
            breakGlass,
            recovery,
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
          for (const { body: order } of await ordersOf(gateway.id)) {
            const operation = permittedOrder(order, roles, recovery);
            reached[operation] = (reached[operation] ?? 0) + 1;
          }
        },
      ),
      {
        numRuns: RUNS,
        // The ways that there are, so that the test surely sees what it is about.
        examples: [
          [['supervisor'], 0, false, OPEN, ['restore', 'ask', 'ask with PIN']],
          [['supervisor'], 1, true, OPEN, ['reset', 'ask', 'approve by token', 'break glass']],
          [
            ['supervisor'],
            1,
            true,
            { ...OPEN, resetApprovers: 1, restoreApprovers: 1 },
            ['reset', 'approve job by token', 'cancel job', 'restore'],
          ],
          [['admin'], 0, false, { ...OPEN, factoryReset: false }, ['reset', 'restore', 'approve job by session']],
        ],
      },
    );
    // All ways that there are were walked, so the test has seen what it is about.
    expect(Object.keys(reached).sort()).toEqual(['break-glass, review due', 'factory_reset', 'policy asks for no approver', 'restore']);
    process.stdout.write(`one principal: ${RUNS} walks, ${steps} steps; reached: ${JSON.stringify(reached)}\n`);
  });
});

async function personWith(roles: readonly Role[], siteId: string) {
  const person = await makePinned(roles[0] as Role, siteId);
  for (const role of roles.slice(1)) await getDb().roleAssignment.create({ data: { userId: person.userId, role, siteId } });
  const grants = roles.map((role) => ({ role, siteId }));
  return { ...person, actor: { ...person.actor, grants } };
}

/** What a gateway was told to do, once it is sure that one person with these roles may have it done alone. */
function permittedOrder(order: unknown, roles: readonly Role[], rules: SitePolicy['recovery']): string {
  const { operation } = recoveryStartSchema.parse(order).recovery;
  const reset = operation === 'factory_reset';
  expect(roles.some((role) => ROLE_PERMISSIONS[role].has(reset ? 'recovery.factory_reset' : 'recovery.restore'))).toBe(true);
  expect(reset ? rules.factoryReset && rules.resetApprovers === 0 : rules.restoreApprovers === 0).toBe(true);
  return operation;
}

/** What is refused is refused; what comes of it is what counts. */
async function take(step: Step, session: Actor, token: Actor, gatewayId: string): Promise<void> {
  const open = await getDb().overrideRequest.findFirst({ where: { gatewayId, state: 'requested' }, orderBy: { requestedAt: 'desc' } });
  const approval = open && { overrideId: open.id, requestHash: open.requestHash, pin: PIN };
  const job = await getDb().job.findFirst({ where: { gatewayId, finishedAt: null } });
  const reset = (actor: Actor, pin = PIN) => resetGateway(actor, { gatewayId, pin, resetType: 'data', reason: REASON.reason });
  const approveJob = async (actor: Actor) => job && approveRecovery(actor, { jobId: job.id, pin: PIN });
  const acts: Record<Step, () => Promise<unknown>> = {
    restore: async () => {
      const snapshot = await getDb().snapshot.findFirstOrThrow({ where: { gatewayId, bootable: true } });
      return restoreSnapshot(session, { gatewayId, snapshotId: snapshot.id, reason: REASON.reason });
    },
    reset: () => reset(session),
    'reset by token': () => reset(token),
    'reset with wrong PIN': () => reset(session, '000001'),
    'approve job by session': () => approveJob(session),
    'approve job by token': () => approveJob(token),
    'cancel job': async () => job && cancelJob(session, { jobId: job.id, reason: REASON.reason }),
    ask: () => askFor(session, gatewayId, { operation: 'O4' }),
    'ask with PIN': () => askFor(token, gatewayId, { operation: 'O4', pin: PIN }),
    'break glass': () => askFor(session, gatewayId, { operation: 'O4', pin: PIN, breakGlass: true }),
    'approve by session': async () => approval && approveOverride(session, approval),
    'approve by token': async () => approval && approveOverride(token, approval),
    'approve with wrong hash': async () => approval && approveOverride(token, { ...approval, requestHash: 'a'.repeat(64) }),
  };
  await acts[step]().catch(() => undefined);
}
