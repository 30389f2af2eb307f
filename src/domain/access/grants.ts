import { type Permission, ROLE_PERMISSIONS, ROLES, type Role } from './roles';

/** One role at one site; `siteId: null` means every site. */
export type RoleGrant = { role: Role; siteId: string | null };

/** True when one of the grants carries the permission at the site (any site when `siteId` is null). */
export function isAllowed(grants: readonly RoleGrant[], permission: Permission, siteId: string | null): boolean {
  return grants.some(
    (grant) => (grant.siteId === null || siteId === null || grant.siteId === siteId) && ROLE_PERMISSIONS[grant.role].has(permission),
  );
}

/** Sites where the permission holds: 'all', or a list of site ids (empty: nowhere). */
export function permittedSites(grants: readonly RoleGrant[], permission: Permission): 'all' | string[] {
  const holding = grants.filter((grant) => ROLE_PERMISSIONS[grant.role].has(permission));
  if (holding.some((grant) => grant.siteId === null)) return 'all';
  return [...new Set(holding.flatMap((grant) => (grant.siteId === null ? [] : [grant.siteId])))];
}

/** The grants with every role capped at `cap`'s permissions: a role that may more becomes the largest that both contain. */
export function capGrants(grants: readonly RoleGrant[], cap: Role | null): RoleGrant[] {
  if (cap === null) return [...grants];
  return grants.map((grant) => ({ role: commonRole(grant.role, cap), siteId: grant.siteId }));
}

function commonRole(role: Role, cap: Role): Role {
  const both = [...ROLE_PERMISSIONS[role]].filter((permission) => ROLE_PERMISSIONS[cap].has(permission));
  const within = ROLES.filter((one) => [...ROLE_PERMISSIONS[one]].every((permission) => both.includes(permission)));
  // Reading is in every role, so there is always one.
  return within.reduce<Role>((best, one) => (ROLE_PERMISSIONS[one].size > ROLE_PERMISSIONS[best].size ? one : best), 'viewer');
}
