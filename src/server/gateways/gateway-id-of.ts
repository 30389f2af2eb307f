import { DomainError } from '#/domain/errors/domain-error';
import type { Actor } from '../access/actor';
import { findGateway } from './find-gateway';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The id of the gateway that an address names by id or plant name; null when there is none that the actor may see. */
export async function gatewayIdOf(actor: Actor, named: string): Promise<string | null> {
  try {
    return (await findGateway(actor, UUID.test(named) ? { id: named.toLowerCase() } : { name: named })).id;
  } catch (error) {
    if (error instanceof DomainError && (error.code === 'GATEWAY_NOT_FOUND' || error.code === 'FORBIDDEN')) return null;
    throw error;
  }
}
