/** A policy that is saved while someone breaks the glass under the one before: what is in force afterwards is of the new one. */
import { expect, it, vi } from 'vitest';
import { SHIPPED_SITE_POLICY } from '#/domain/safety/site-policy';
import { getDb, type Tx } from '../db/client';
import { lockGatewaysAndSites } from '../overrides/lock-override';
import { planRequest } from '../overrides/plan-request';
import { requestOverrideSchema } from '../overrides/request-override';
import { makeOverrideWorld, makePinned, REASON, rowOf } from '../overrides/testing/override-world';
import { newPublicId } from '../jobs/job-id';
import { writeRequest } from '../overrides/write-request';
import { savePolicy } from './manage-policy';

it('waits for a request that is planned already, and ends it', async () => {
  const { site, gateway } = await makeOverrideWorld();
  const [supervisor, engineer] = [await makePinned('supervisor', site.id), await makePinned('safety_engineer', site.id)];
  const policy = { ...SHIPPED_SITE_POLICY, breakGlass: false };
  const id = newPublicId('OVR');
  const input = requestOverrideSchema.parse({
    gatewayIds: [gateway.id],
    constraints: ['ups_battery'],
    durationSeconds: 1800,
    breakGlass: true,
    ...REASON,
  });
  const { saving } = await getDb().$transaction(
    async (tx) => {
      await lockGatewaysAndSites(tx, [{ gatewayId: gateway.id, siteId: site.id }]);
      const plan = await planRequest(tx, supervisor.actor, gateway.id, input);
      const note = 'no broken glass any more';
      const saving = savePolicy(engineer.actor, { siteId: site.id, expectedVersion: 0, policy, note });
      await Promise.race([saving, untilItWaits(tx)]);
      await writeRequest(tx, supervisor.actor, plan, input, id, id);
      return { saving };
    },
    { timeout: 80_000 },
  );
  expect(await saving).toMatchObject({ version: 1, ended: 1 });
  expect(await rowOf(id)).toMatchObject({ outcome: 'revoked', state: 'review_due', grants: [{ state: 'revoked' }] });
});

/** Somebody waits for a lock that this transaction has. Asked from outside: within a transaction the answer stays the first one. */
async function untilItWaits(tx: Tx): Promise<void> {
  const [me] = await tx.$queryRaw<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
  const waiting = () => getDb().$queryRaw<unknown[]>`SELECT pid FROM pg_stat_activity WHERE ${me?.pid}::int = ANY(pg_blocking_pids(pid))`;
  await vi.waitFor(async () => expect(await waiting()).not.toEqual([]), { interval: 50, timeout: 60_000 });
}
