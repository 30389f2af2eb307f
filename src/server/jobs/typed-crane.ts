import { DomainError } from '#/domain/errors/domain-error';
import { getDb } from '../db/client';

/** VALIDATION_FAILED when the typed crane is not the one that the gateway sits on. */
export async function requireTypedCrane(gatewayId: string, typed: string): Promise<void> {
  const gateway = await getDb().gateway.findUnique({ where: { id: gatewayId }, select: { crane: { select: { name: true } } } });
  if (!gateway || gateway.crane.name.toLowerCase() === typed.trim().toLowerCase()) return;
  throw new DomainError(
    'VALIDATION_FAILED',
    'The crane that you typed is not the crane of this gateway. Nothing was started.',
    { fields: [{ path: 'confirmCrane', message: 'is not the crane of this gateway' }] },
    ['Compare the id with the crane in front of you', 'Type it again'],
  );
}
