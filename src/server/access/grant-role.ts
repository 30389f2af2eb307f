import type { Role } from '#/domain/access/roles';
import { DomainError } from '#/domain/errors/domain-error';
import { recordAudit } from '../audit/record-audit';
import { getDb, type Tx } from '../db/client';
import type { Actor } from './actor';
import { lockUser } from './find-user';
import { requireAnAdmin } from './last-admin';
import { requireEverywhere } from './require-everywhere';

export type GrantInput = {
  email: string;
  role: Role;
  /** Null: at every site. */
  siteCode: string | null;
};

/** Gives a role; false when the person has it already. It counts from the next request on. */
export async function grantRole(actor: Actor, input: GrantInput): Promise<boolean> {
  requireEverywhere(actor, 'user.manage');
  return getDb().$transaction(async (tx) => {
    const user = await lockUser(tx, input.email);
    return insertGrant(tx, actor, user.id, input.role, input.siteCode);
  });
}

/** Takes a role away; false when the person did not have it. Throws CONFLICT for the last administrator's. */
export async function revokeRole(actor: Actor, input: GrantInput): Promise<boolean> {
  requireEverywhere(actor, 'user.manage');
  return getDb().$transaction(async (tx) => {
    const user = await lockUser(tx, input.email);
    const siteId = await siteIdOf(tx, input.siteCode);
    const { count } = await tx.roleAssignment.deleteMany({ where: { userId: user.id, role: input.role, siteId } });
    if (count === 0) return false;
    if (input.role === 'admin' && siteId === null) await requireAnAdmin(tx);
    const data = { role: input.role, siteCode: input.siteCode };
    await recordAudit(tx, actor, { name: 'user.role_revoked', objectType: 'user', objectId: user.id, siteId, data });
    return true;
  });
}

/** Inside the caller's transaction, which holds the user's row. NULL site ids are distinct to the unique index, hence the look. */
export async function insertGrant(tx: Tx, actor: Actor, userId: string, role: Role, siteCode: string | null): Promise<boolean> {
  const siteId = await siteIdOf(tx, siteCode);
  if (await tx.roleAssignment.findFirst({ where: { userId, role, siteId }, select: { id: true } })) return false;
  await tx.roleAssignment.create({ data: { userId, role, siteId } });
  await recordAudit(tx, actor, { name: 'user.role_granted', objectType: 'user', objectId: userId, siteId, data: { role, siteCode } });
  return true;
}

async function siteIdOf(tx: Tx, siteCode: string | null): Promise<string | null> {
  if (siteCode === null) return null;
  const site = await tx.site.findUnique({ where: { code: siteCode }, select: { id: true } });
  if (!site) throw new DomainError('NOT_FOUND', `There is no site with the code ${siteCode.slice(0, 16)}.`);
  return site.id;
}
