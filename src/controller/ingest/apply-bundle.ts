/** What a gateway says of a bundle that was ordered from it. That its bytes are here is said by the door that took them. */
import { bundleCollectSchema } from '#/protocol/mqtt/recovery';
import type { DurableBody } from '#/protocol/mqtt/events';
import type { Actor } from '#/server/access/actor';
import { recordAudit } from '#/server/audit/record-audit';
import type { Tx } from '#/server/db/client';
import { hint } from '#/server/db/hint';
import { OPEN_BUNDLES } from '#/server/recovery/order-bundle';
import type { IngestGateway } from './apply-job-report';

type BundleEvent = Extract<DurableBody, { type: 'bundle' }>;

/** Late and duplicate ones, and bundles of other gateways, change nothing. */
export async function applyBundleEvent(tx: Tx, actor: Actor, gateway: IngestGateway, event: BundleEvent): Promise<void> {
  if (event.state === 'failed') return failBundle(tx, actor, gateway, event.bundleId, event.message);
  const { count } = await tx.debugBundle.updateMany({
    where: { id: event.bundleId, gatewayId: gateway.id, redactions: null, state: { not: 'failed' } },
    data: { redactions: event.redactions },
  });
  if (count === 1) await hint(tx, { kind: 'gateway', gatewayId: gateway.id, siteId: gateway.siteId });
}

/** The answer to bundle.collect: it has begun, or never will. */
export async function applyBundleAnswer(
  tx: Tx,
  actor: Actor,
  gateway: IngestGateway,
  body: unknown,
  answer: { code: string; message: string },
): Promise<void> {
  const order = bundleCollectSchema.safeParse(body);
  if (!order.success) return;
  const { bundleId } = order.data;
  if (answer.code !== 'OK') return failBundle(tx, actor, gateway, bundleId, `the gateway refused: ${answer.message}`);
  await tx.debugBundle.updateMany({ where: { id: bundleId, gatewayId: gateway.id, state: 'ordered' }, data: { state: 'collecting' } });
  await hint(tx, { kind: 'gateway', gatewayId: gateway.id, siteId: gateway.siteId });
}

async function failBundle(tx: Tx, actor: Actor, gateway: IngestGateway, bundleId: string, message: string): Promise<void> {
  const { count } = await tx.debugBundle.updateMany({
    where: { id: bundleId, gatewayId: gateway.id, state: { in: OPEN_BUNDLES } },
    data: { state: 'failed', error: message.slice(0, 500) },
  });
  if (count !== 1) return;
  await recordAudit(tx, actor, {
    name: 'bundle.failed',
    objectType: 'bundle',
    objectId: bundleId,
    siteId: gateway.siteId,
    data: { gatewayId: gateway.id, message: message.slice(0, 500) },
  });
  await hint(tx, { kind: 'gateway', gatewayId: gateway.id, siteId: gateway.siteId });
}
