import { isAllowed, permittedSites, type RoleGrant } from '#/domain/access/grants';
import type { Permission } from '#/domain/access/roles';
import { DomainError } from '#/domain/errors/domain-error';

/** Who acts: a signed-in person, a program with a person's token, or Fairlead itself. */
export type Actor = {
  type: 'user' | 'token' | 'system';
  /** User id; 'system' for the controller. */
  id: string;
  /** For lists, reports and audit: e-mail, or the program's name. */
  name: string;
  grants: readonly RoleGrant[];
  /** Set when a token is bound to one gateway: everything else is out of reach. */
  gatewayId: string | null;
  tokenId: string | null;
  ip: string | null;
  requestId: string | null;
};

/** Fairlead's own programs (loops, ingest). */
export function systemActor(name: string): Actor {
  return {
    type: 'system',
    id: 'system',
    name,
    grants: [{ role: 'admin', siteId: null }],
    gatewayId: null,
    tokenId: null,
    ip: null,
    requestId: null,
  };
}

/** Throws FORBIDDEN unless the actor holds the permission at the site (any site when null). */
export function requirePermission(actor: Actor, permission: Permission, siteId: string | null): void {
  if (isAllowed(actor.grants, permission, siteId)) return;
  throw new DomainError('FORBIDDEN', `You may not do this here: the permission ${permission} is missing.`, { permission }, [
    'Ask an administrator for a role that carries this permission at this site',
  ]);
}

/** A Prisma `where` part that keeps rows with a `siteId` (and the bound gateway) the actor may see. */
export function visibleGateways(actor: Actor, permission: Permission): { siteId?: { in: string[] }; id?: string } {
  const sites = permittedSites(actor.grants, permission);
  return {
    ...(sites === 'all' ? {} : { siteId: { in: sites } }),
    ...(actor.gatewayId === null ? {} : { id: actor.gatewayId }),
  };
}
