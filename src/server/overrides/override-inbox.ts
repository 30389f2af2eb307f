/** What waits for someone, and what is in force: the approvals inbox and the strip that every page shows. */
import type { Actor } from '../access/actor';
import { getDb } from '../db/client';
import { OVERRIDE_INCLUDE, type OverrideListRow, type OverrideRecord, toListRow } from './override-rows';
import { visibleOverrides } from './override-scope';
import { waitingActs } from './waiting-acts';

/** An inbox with more than this is not one that anybody answers; the register has the rest. */
const MOST = 200;

/** What is in force has not been used. */
const NO_ACTS: ReadonlySet<string> = new Set();

export type OverrideInbox = {
  /** Open requests, the next to lapse first. */
  open: OverrideListRow[];
  /** Broken glasses that need a review, the next due first. */
  reviews: OverrideListRow[];
  readAt: Date;
};

export async function overrideInbox(actor: Actor): Promise<OverrideInbox> {
  const find = (state: string, orderBy: object[]) =>
    getDb().overrideRequest.findMany({ where: { ...visibleOverrides(actor), state }, orderBy, take: MOST, include: OVERRIDE_INCLUDE });
  const [open, reviews] = await Promise.all([
    find('requested', [{ lapsesAt: 'asc' }, { id: 'asc' }]),
    find('review_due', [{ reviewDueAt: 'asc' }, { id: 'asc' }]),
  ]);
  const waiting = await waitingActs(getDb(), reviews);
  const shown = (row: OverrideRecord) => toListRow(actor, row, waiting);
  return { open: open.map(shown), reviews: reviews.map(shown), readAt: new Date() };
}

export type OverridesInForce = {
  /** The next to end first. */
  inForce: OverrideListRow[];
  /** Open requests that this actor may approve, and reviews that it may close. */
  toApprove: number;
  toReview: number;
  readAt: Date;
};

/** For the strip: cheap enough for every page. */
export async function overridesInForce(actor: Actor): Promise<OverridesInForce> {
  const [inForce, inbox] = await Promise.all([
    getDb().overrideRequest.findMany({
      where: { ...visibleOverrides(actor), state: { in: ['approved', 'active'] } },
      orderBy: [{ expiresAt: 'asc' }, { id: 'asc' }],
      take: MOST,
      include: OVERRIDE_INCLUDE,
    }),
    overrideInbox(actor),
  ]);
  return {
    inForce: inForce.map((row) => toListRow(actor, row, NO_ACTS)),
    toApprove: inbox.open.filter((row) => row.may.approve).length,
    toReview: inbox.reviews.filter((row) => row.may.closeReview).length,
    readAt: inbox.readAt,
  };
}
