import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { SHIPPED_SITE_POLICY } from '#/domain/safety/site-policy';
import { getDb } from '#/server/db/client';
import { commandsOf, makeOverrideWorld, makePinned } from '#/server/overrides/testing/override-world';
import { savePolicy } from '#/server/safety/manage-policy';
import { ingestEvent } from '../ingest/ingest-event';
import { durable } from '../testing/wire-device';
import { distributePolicies } from './distribute-policies';

/** `body`: what stands in the row instead of the policy. The gateway is enrolled last: before that no other file’s turn tells it anything. */
async function withPolicy(body?: object) {
  const { site, gateway } = await makeOverrideWorld();
  const engineer = await makePinned('safety_engineer', site.id);
  await getDb().gateway.update({ where: { id: gateway.id }, data: { enrolledAt: null } });
  const policy = { ...SHIPPED_SITE_POLICY, limits: { ...SHIPPED_SITE_POLICY.limits, upsSoftPercent: 45 } };
  await savePolicy(engineer.actor, { siteId: site.id, expectedVersion: 0, policy, note: 'winter batteries' });
  if (body) await getDb().sitePolicy.updateMany({ where: { siteId: site.id }, data: { body } });
  await getDb().gateway.update({ where: { id: gateway.id }, data: { enrolledAt: new Date() } });
  const orders = async () => (await commandsOf(gateway.id)).filter((one) => one.name === 'policy.apply');
  const row = () => getDb().gateway.findUniqueOrThrow({ where: { id: gateway.id } });
  return { site, gateway, orders, row };
}

it('a policy that a newer server has written is not replaced by the shipped one', async () => {
  const { site, gateway, orders, row } = await withPolicy({ of: 'a later year' });
  await distributePolicies();
  expect(await orders()).toEqual([]);
  expect(await row()).toMatchObject({ policyVersion: 1, policyTakenVersion: 0, policyRefusal: expect.stringContaining('not sent') });
  await getDb().sitePolicy.updateMany({ where: { siteId: site.id }, data: { body: SHIPPED_SITE_POLICY } });
  await getDb().gateway.update({ where: { id: gateway.id }, data: { policyRetryAt: new Date(0) } });
  await distributePolicies();
  expect(await orders()).toHaveLength(1);
});

it('a refusal is forgotten when the same version is taken after all', async () => {
  const { gateway, orders, row } = await withPolicy();
  await distributePolicies();
  const commandId = (await orders()).at(-1)?.id ?? '';
  const epoch = randomUUID();
  for (const [n, code] of ['OK', 'MALFORMED', 'OK'].entries()) {
    const body = { type: 'command_result' as const, commandId, seq: 1, code, message: code, details: {} };
    // Asked once for each answer, as after a change of the agent's version.
    await getDb().outboxCommand.update({ where: { id: commandId }, data: { answeredAt: null } });
    await ingestEvent(gateway.id, durable(epoch, n + 1, body));
    expect(await row()).toMatchObject({ policyTakenVersion: 1, policyRefusal: code === 'OK' ? null : 'MALFORMED: MALFORMED' });
  }
});
