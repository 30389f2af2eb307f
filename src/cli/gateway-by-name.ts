import { DomainError } from '#/domain/errors/domain-error';
import { getDb } from '#/server/db/client';

/** The gateway with this plant name. */
export async function gatewayByName(name: string): Promise<{ id: string; name: string }> {
  const gateway = await getDb().gateway.findUnique({ where: { name }, select: { id: true, name: true } });
  if (gateway) return gateway;
  throw new DomainError('GATEWAY_NOT_FOUND', `There is no gateway ${name.slice(0, 80)}.`, {}, [
    'Create it with: fairlead enroll <name> --create --site <code> --crane <name> --serial <number>',
  ]);
}
