'use client';
/** What the signed-in person may do; the same table as the server's (domain/access), for showing and hiding only. */
import { createContext, type ReactNode, useContext } from 'react';
import { isAllowed, type RoleGrant } from '#/domain/access/grants';
import type { Permission } from '#/domain/access/roles';

export type AccessInfo = { user: { id: string; email: string; name: string }; grants: readonly RoleGrant[] };

const AccessContext = createContext<AccessInfo>({ user: { id: '', email: '', name: '' }, grants: [] });

/** Provides the person and the grants that the server read for this page. */
export function AccessProvider({ access, children }: { access: AccessInfo; children: ReactNode }) {
  return <AccessContext value={access}>{children}</AccessContext>;
}

/** The signed-in person with roles per site. */
export function useAccess(): AccessInfo {
  return useContext(AccessContext);
}

/** The signed-in person. */
export function useUser(): AccessInfo['user'] {
  return useAccess().user;
}

/** `can('job.start', siteId)`: whether to offer something. The server decides again. */
export function useCan(): (permission: Permission, siteId: string | null) => boolean {
  const { grants } = useAccess();
  return (permission, siteId) => isAllowed(grants, permission, siteId);
}
