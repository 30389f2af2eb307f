import { z } from 'zod';
import { type ObservedValue, observedValueSchema } from '#/domain/safety/override-request';
import type { Actor } from '../access/actor';
import { getDb } from '../db/client';
import { findOverride } from './find-override';
import { OVERRIDE_INCLUDE, type OverrideListRow, toListRow } from './override-rows';
import { waitingActs } from './waiting-acts';

export type OverrideView = OverrideListRow & {
  measures: string[];
  /** As the requester saw them. */
  observed: ObservedValue[];
  requestHash: string;
  policyVersion: number;
  approvals: { approver: string; approvedAt: Date }[];
  reviewText: string | null;
  /** Every audit event, oldest first. */
  history: { at: Date; name: string; actor: string; reason: string | null; data: unknown }[];
};

/** One override with everything that an approver or a reviewer must see. */
export async function readOverride(actor: Actor, overrideId: string): Promise<OverrideView> {
  await findOverride(actor, overrideId);
  const db = getDb();
  const [row, events] = await Promise.all([
    db.overrideRequest.findUniqueOrThrow({ where: { id: overrideId }, include: OVERRIDE_INCLUDE }),
    db.auditEvent.findMany({ where: { objectType: 'override', objectId: overrideId }, orderBy: { seq: 'asc' }, take: 200 }),
  ]);
  return {
    ...toListRow(actor, row, await waitingActs(db, [row])),
    measures: row.measures,
    observed: z.array(observedValueSchema).parse(row.observed),
    requestHash: row.requestHash,
    policyVersion: row.policyVersion,
    approvals: row.approvals.map(({ approver, approvedAt }) => ({ approver, approvedAt })),
    reviewText: row.reviewText,
    history: events.map(({ at, name, actorName, reason, data }) => ({ at, name, actor: actorName, reason, data })),
  };
}
