import { DomainError } from '#/domain/errors/domain-error';
import type { Tx } from '../db/client';

const ADMIN_LOCK = 5_120_773;

/**
 * Throws CONFLICT when nobody is left who may manage users: called after an administrator lost that right, inside the transaction.
 * The lock makes two administrators who take each other's rights away follow one another.
 */
export async function requireAnAdmin(tx: Tx): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${ADMIN_LOCK})`;
  const left = await tx.user.count({ where: { disabledAt: null, roles: { some: { role: 'admin', siteId: null } } } });
  if (left > 0) return;
  throw new DomainError('CONFLICT', 'This is the last administrator of all sites: nobody could manage users any more.', {}, [
    'Make someone else an administrator first',
  ]);
}

/** Whether this person holds the role that manages users, enabled or not. */
export async function isAdmin(tx: Tx, userId: string): Promise<boolean> {
  return (await tx.roleAssignment.count({ where: { userId, role: 'admin', siteId: null } })) > 0;
}
