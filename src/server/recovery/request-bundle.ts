import { z } from 'zod';
import { BUNDLE_PARTS, SNAPSHOT_COMPRESSIONS } from '#/protocol/mqtt/recovery';
import type { Actor } from '../access/actor';
import type { DebugBundle } from '../db/generated/client';
import { findGateway } from '../gateways/find-gateway';
import { withGatewayLocked } from '../jobs/order-job';
import { orderBundle } from './order-bundle';

export const requestBundleSchema = z.object({
  gatewayId: z.uuid(),
  kind: z.enum(['debug', 'diagnostic']).default('debug'),
  contents: z
    .array(z.enum(BUNDLE_PARTS))
    .min(1, 'Choose at least one part')
    .default([...BUNDLE_PARTS]),
  compression: z.enum(SNAPSHOT_COMPRESSIONS).default('gzip'),
});

/** Contract GET /monitor/debug: orders it; the gateway may be away, then it comes when it is back within a day. */
export function requestBundle(actor: Actor, given: z.input<typeof requestBundleSchema>): Promise<DebugBundle> {
  const { gatewayId, ...wish } = requestBundleSchema.parse(given);
  return withGatewayLocked(gatewayId, async (tx) => {
    const gateway = await findGateway(actor, { id: gatewayId }, 'bundle.create', tx);
    return orderBundle(tx, actor, gateway, wish);
  });
}
