/** Which gateway a request is about (contract: Which gateway). */
import { z } from 'zod';
import { DomainError } from '#/domain/errors/domain-error';
import type { Permission } from '#/domain/access/roles';
import { type Actor, requirePermission, visibleGateways } from '../access/actor';
import { getDb } from '../db/client';
import { type FoundGateway, findGateway } from '../gateways/find-gateway';

const LISTED = 20;
const uuid = z.uuid();

/** The gateway that the request names; null when it names none. */
export function namedGateway(request: Request, query: { gateway_id?: string | undefined }, body: { gateway_id?: string | undefined }) {
  const header = request.headers.get('x-gateway-id')?.trim();
  return query.gateway_id ?? body.gateway_id ?? (header || null);
}

/** In the contract's order; throws GATEWAY_REQUIRED, GATEWAY_NOT_FOUND or FORBIDDEN. */
export async function selectGateway(actor: Actor, named: string | null, permission: Permission): Promise<FoundGateway> {
  if (named !== null) {
    if (named.length > 80 || named.includes('\0')) throw new DomainError('GATEWAY_NOT_FOUND', 'There is no such gateway.');
    return findGateway(actor, uuid.safeParse(named).success ? { id: named.toLowerCase() } : { name: named }, permission);
  }
  if (actor.gatewayId !== null) return findGateway(actor, { id: actor.gatewayId }, permission);
  const visible = await getDb().gateway.findMany({
    where: visibleGateways(actor, 'gateway.read'),
    orderBy: { name: 'asc' },
    take: LISTED,
    select: { id: true, name: true, siteId: true },
  });
  const only = visible[0];
  if (visible.length === 1 && only) {
    requirePermission(actor, permission, only.siteId);
    return only;
  }
  throw new DomainError('GATEWAY_REQUIRED', 'Say which gateway: you may see more than one, or none.', {
    gateway_ids: visible.map((gateway) => gateway.id),
    gateways: visible.map(({ id, name }) => ({ id, name })),
  });
}
