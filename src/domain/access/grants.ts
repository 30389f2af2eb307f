import { type Permission, ROLE_PERMISSIONS, type Role } from './roles';

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

/** The grants with every role capped at `cap`'s permissions: roles that may more are replaced by `cap`. */
export function capGrants(grants: readonly RoleGrant[], cap: Role | null): RoleGrant[] {
  if (cap === null) return [...grants];
  const allowed = ROLE_PERMISSIONS[cap];
  return grants.map((grant) => {
    const within = [...ROLE_PERMISSIONS[grant.role]].every((permission) => allowed.has(permission));
    const covers = [...allowed].every((permission) => ROLE_PERMISSIONS[grant.role].has(permission));
    if (within) return { ...grant };
    // Neither contains the other (auditor against operator): fall back to reading only.
    return { role: covers ? cap : 'viewer', siteId: grant.siteId };
  });
}
