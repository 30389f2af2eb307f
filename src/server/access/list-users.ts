import { getDb } from '../db/client';
import type { Actor } from './actor';
import { requireEverywhere } from './require-everywhere';

export type UserSummary = {
  id: string;
  email: string;
  name: string;
  roles: { role: string; siteCode: string | null }[];
  disabledAt: Date | null;
  lockedUntil: Date | null;
  lastSignInAt: Date | null;
  createdAt: Date;
};

/** Everyone, by e-mail. */
export async function listUsers(actor: Actor): Promise<UserSummary[]> {
  requireEverywhere(actor, 'user.manage');
  const rows = await getDb().user.findMany({
    orderBy: { email: 'asc' },
    select: {
      id: true,
      email: true,
      name: true,
      disabledAt: true,
      lockedUntil: true,
      lastSignInAt: true,
      createdAt: true,
      roles: { select: { role: true, site: { select: { code: true } } }, orderBy: { createdAt: 'asc' } },
    },
  });
  return rows.map(({ roles, ...row }) => ({ ...row, roles: roles.map(({ role, site }) => ({ role, siteCode: site?.code ?? null })) }));
}
