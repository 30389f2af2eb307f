/** Which overrides an actor may see, as Prisma and as rules for one row. */
import { isAllowed, permittedSites } from '#/domain/access/grants';
import { mayCloseReview, mayRevoke, type OverrideState } from '#/domain/safety/override-machine';
import type { Actor } from '../access/actor';
import type { Prisma } from '../db/client';

/** `where` of what the actor may read. */
export function visibleOverrides(actor: Actor): Prisma.OverrideRequestWhereInput {
  const sites = permittedSites(actor.grants, 'safety.read');
  return {
    ...(sites === 'all' ? {} : { siteId: { in: sites } }),
    ...(actor.gatewayId === null ? {} : { gatewayId: actor.gatewayId }),
  };
}

export type OverrideActions = {
  approve: boolean;
  reject: boolean;
  withdraw: boolean;
  revoke: boolean;
  closeReview: boolean;
  /** Why a person who may approve here may not approve this one. */
  approveRefusal: 'own_request' | 'approved_already' | null;
};
type ActionRow = {
  state: string;
  outcome: string | null;
  siteId: string;
  requesterId: string;
  approvals: readonly { approverId: string }[];
};

/** What the actor may do to it now; the use-cases decide again. `actWaits`: it was used, and its act can still be prevented. */
export function actionsOn(actor: Actor, row: ActionRow, actWaits = false): OverrideActions {
  const may = (permission: Parameters<typeof isAllowed>[1]) => isAllowed(actor.grants, permission, row.siteId);
  const open = row.state === 'requested';
  const own = row.requesterId === actor.id;
  const twice = row.approvals.some((one) => one.approverId === actor.id);
  const approver = open && may('override.approve');
  return {
    approve: approver && !own && !twice,
    reject: approver,
    withdraw: open && own,
    revoke: mayRevoke({ state: row.state as OverrideState, outcome: row.outcome, actWaits }) && may('override.revoke'),
    closeReview: may('override.review') && mayCloseReview({ state: row.state as OverrideState, requesterId: row.requesterId }, actor.id),
    approveRefusal: !approver ? null : own ? 'own_request' : twice ? 'approved_already' : null,
  };
}
