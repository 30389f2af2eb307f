import { permittedSites } from '#/domain/access/grants';
import type { Permission } from '#/domain/access/roles';
import { DomainError } from '#/domain/errors/domain-error';
import type { Actor } from './actor';

/** Throws FORBIDDEN unless the actor holds the permission at every site: accounts reach across sites. */
export function requireEverywhere(actor: Actor, permission: Permission): void {
  if (permittedSites(actor.grants, permission) === 'all') return;
  throw new DomainError('FORBIDDEN', `You may not do this: the permission ${permission} is needed for every site.`, { permission }, [
    'Ask an administrator of all sites',
  ]);
}
