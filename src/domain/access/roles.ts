/** Roles, per site or for all sites, and what each may do. Doors and the UI read this one table. */
export const ROLES = ['viewer', 'operator', 'supervisor', 'admin', 'auditor'] as const;
export type Role = (typeof ROLES)[number];

export const PERMISSIONS = [
  'gateway.read',
  'gateway.enroll',
  'update.check',
  'job.read',
  'job.start',
  'job.control',
  'settings.read',
  'settings.write',
  'log.read',
  'release.read',
  'artifact.read',
  'audit.read',
  'token.own',
  'user.manage',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

const READ: Permission[] = ['gateway.read', 'job.read', 'settings.read', 'log.read', 'release.read', 'token.own'];
const OPERATE: Permission[] = [...READ, 'update.check', 'job.start', 'job.control', 'artifact.read'];
const SUPERVISE: Permission[] = [...OPERATE, 'settings.write'];

export const ROLE_PERMISSIONS: Record<Role, ReadonlySet<Permission>> = {
  viewer: new Set(READ),
  operator: new Set(OPERATE),
  supervisor: new Set(SUPERVISE),
  admin: new Set([...SUPERVISE, 'gateway.enroll', 'user.manage', 'audit.read']),
  auditor: new Set([...READ, 'audit.read']),
};

/** Narrows text from the database or a token to a known role. */
export function isRole(value: string): value is Role {
  return (ROLES as readonly string[]).includes(value);
}
