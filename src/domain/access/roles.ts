/** Roles, per site or for all sites, and what each may do. Doors and the UI read this one table. */
export const ROLES = ['viewer', 'operator', 'supervisor', 'admin', 'auditor', 'safety_engineer'] as const;
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
  'release.write',
  'artifact.read',
  'safety.read',
  'policy.write',
  'override.request',
  'override.approve',
  'override.revoke',
  'override.break_glass',
  'override.review',
  'alarm.read',
  'alarm.acknowledge',
  'alarm.shelve',
  'channel.manage',
  'audit.read',
  'token.own',
  'user.manage',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

const READ: Permission[] = [
  'gateway.read',
  'job.read',
  'settings.read',
  'log.read',
  'release.read',
  'safety.read',
  'alarm.read',
  'token.own',
];
const OPERATE: Permission[] = [
  ...READ,
  'update.check',
  'job.start',
  'job.control',
  'artifact.read',
  'override.request',
  'override.revoke',
  'alarm.acknowledge',
  'alarm.shelve',
];
const MANAGE: Permission[] = [...OPERATE, 'settings.write', 'override.review'];

export const ROLE_PERMISSIONS: Record<Role, ReadonlySet<Permission>> = {
  viewer: new Set(READ),
  operator: new Set(OPERATE),
  supervisor: new Set([...MANAGE, 'override.approve', 'override.break_glass']),
  // Runs the installation; whether a crane may be touched is not an administrator's to say.
  admin: new Set([...MANAGE, 'gateway.enroll', 'release.write', 'user.manage', 'audit.read', 'channel.manage']),
  auditor: new Set([...READ, 'override.review', 'audit.read']),
  // Sets the limits, and so neither asks for exceptions from them nor approves any.
  safety_engineer: new Set([...READ, 'policy.write']),
};

/** Narrows text from the database or a token to a known role. */
export function isRole(value: string): value is Role {
  return (ROLES as readonly string[]).includes(value);
}
