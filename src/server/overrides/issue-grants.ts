/** The last approval's consequence: the limits of rule 6, the rows of the grants, and their first offer. */
import { z } from 'zod';
import { DomainError } from '#/domain/errors/domain-error';
import { nextWindow } from '#/domain/maintenance/window';
import { constraintBoundSchema } from '#/domain/safety/bounds';
import { neighboursOf } from '#/domain/safety/neighbours';
import { endOfOverride } from '#/domain/safety/override-machine';
import type { Actor } from '../access/actor';
import { recordAudit } from '../audit/record-audit';
import type { Tx } from '../db/client';
import type { OverrideRequest } from '../db/generated/client';
import { readSettings } from '../settings/read-settings';
import { moveOverride } from './move-override';
import { offerGrants } from './offer-grants';

/** Grants that may still be used, at one site at once (safety design: 6). */
export const MAX_GRANTS_PER_SITE = 3;
/** Constraints that are about other cranes as well. */
const ABOUT_NEIGHBOURS = ['crane_motion', 'acs_collision'];

/** Moves the request to approved and issues one grant per constraint; throws CONFLICT when a limit is reached. Returns the end. */
export async function issueGrants(tx: Tx, actor: Actor, row: OverrideRequest, now: Date): Promise<Date> {
  const { craneId } = await tx.gateway.findUniqueOrThrow({ where: { id: row.gatewayId }, select: { craneId: true } });
  await requireRoom(tx, row, craneId);
  const { body } = await readSettings(tx, row.gatewayId);
  // One that opens later ends it as well, where it would outlast it.
  const window = nextWindow(body.maintenance_window, now.getTime());
  const expiresAt = new Date(endOfOverride(now.getTime(), row.durationSeconds, window?.endMs ?? null));
  const bounds = z.array(constraintBoundSchema).parse(row.bounds);
  const reviewDueAt = row.breakGlass ? { reviewDueAt: new Date(now.getTime() + 24 * 3_600_000) } : {};
  const moved = await moveOverride(tx, actor, row, 'approve', { approvedAt: now, expiresAt, ...reviewDueAt });
  if (moved === null) throw new DomainError('CONFLICT', 'The request has been decided meanwhile.', { override_id: row.id });
  const ids: string[] = [];
  for (const { constraint, bound } of bounds) {
    const grant = await tx.overrideGrant.create({
      data: { requestId: row.id, gatewayId: row.gatewayId, siteId: row.siteId, craneId, constraint, bound, issuedAt: now, expiresAt },
      select: { id: true },
    });
    ids.push(grant.id);
  }
  await recordAudit(tx, actor, {
    name: 'override.approved',
    objectType: 'override',
    objectId: row.id,
    siteId: row.siteId,
    data: { requestHash: row.requestHash, expiresAt: expiresAt.toISOString(), grants: ids, alone: actor.id === row.requesterId },
  });
  await offerGrants(tx, row.gatewayId, now);
  return expiresAt;
}

/** Rule 6. The caller holds the site's lock, so nobody counts at the same time. */
async function requireRoom(tx: Tx, row: OverrideRequest, craneId: string): Promise<void> {
  const live = await tx.overrideGrant.findMany({ where: { siteId: row.siteId, endedAt: null } });
  const same = live.find((grant) => grant.gatewayId === row.gatewayId && row.constraints.includes(grant.constraint));
  if (same) throw full(`${same.constraint} of this gateway has an override in force already.`, same.requestId);
  if (live.length + row.constraints.length > MAX_GRANTS_PER_SITE) {
    throw full(`At most ${MAX_GRANTS_PER_SITE} constraints of a site may be overridden at once; ${live.length} are.`, live[0]?.requestId);
  }
  if (!row.constraints.some((constraint) => ABOUT_NEIGHBOURS.includes(constraint))) return;
  const cranes = await tx.crane.findMany({
    where: { siteId: row.siteId },
    select: { id: true, name: true, blockId: true, railPosition: true },
  });
  const beside = new Set([craneId, ...(neighboursOf(cranes).get(craneId) ?? [])]);
  const pair = live.find(
    (grant) => grant.gatewayId !== row.gatewayId && beside.has(grant.craneId) && ABOUT_NEIGHBOURS.includes(grant.constraint),
  );
  if (pair) throw full('This crane or its neighbour has a motion or anti-collision override in force already.', pair.requestId);
}

function full(message: string, overrideId: string | undefined): DomainError {
  return new DomainError('CONFLICT', message, { override_id: overrideId }, ['Wait until it has ended', 'Revoke the one that is in force']);
}
