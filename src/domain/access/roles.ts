/** Roles, per site or for all sites, and what each may do. Doors and the UI read this one table. */
export const ROLES = ['viewer', 'operator', 'supervisor', 'admin', 'auditor', 'safety_engineer', 'release_manager', 'key_officer'] as const;
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
  'release.promote',
  'upload.write',
  'trust.read',
  'trust.manage',
  'snapshot.create',
  'recovery.rollback',
  'recovery.restore',
  'recovery.factory_reset',
  'bundle.create',
  'bundle.read',
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
  'trust.read',
  'token.own',
];
const OPERATE: Permission[] = [
  ...READ,
  'update.check',
  'job.start',
  'job.control',
  'artifact.read',
  'upload.write',
  'snapshot.create',
  'recovery.rollback',
  'bundle.create',
  'override.request',
  'override.revoke',
  'alarm.acknowledge',
  'alarm.shelve',
];
// A bundle has what the gateway wrote about itself: not for everybody who may ask for one.
const MANAGE: Permission[] = [...OPERATE, 'settings.write', 'override.review', 'recovery.restore', 'bundle.read'];

export const ROLE_PERMISSIONS: Record<Role, ReadonlySet<Permission>> = {
  viewer: new Set(READ),
  operator: new Set(OPERATE),
  supervisor: new Set([...MANAGE, 'override.approve', 'override.break_glass', 'recovery.factory_reset']),
  // Runs the installation; whether a crane may be touched is not an administrator's to say.
  admin: new Set([
    ...MANAGE,
    'gateway.enroll',
    'release.write',
    'release.promote',
    'recovery.factory_reset',
    'user.manage',
    'audit.read',
    'channel.manage',
  ]),
  auditor: new Set([...READ, 'override.review', 'audit.read']),
  // Sets the limits, and so neither asks for exceptions from them nor approves any.
  safety_engineer: new Set([...READ, 'policy.write']),
  // Brings releases and moves them between channels; who brought one never promotes it himself.
  release_manager: new Set([...READ, 'update.check', 'upload.write', 'release.write', 'release.promote']),
  // Says whose signature counts, and so brings no releases.
  key_officer: new Set([...READ, 'trust.manage']),
};

/** Narrows text from the database or a token to a known role. */
export function isRole(value: string): value is Role {
  return (ROLES as readonly string[]).includes(value);
}
