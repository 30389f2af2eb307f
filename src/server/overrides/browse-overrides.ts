/** The override register: every request there ever was, newest first, filtered and continued by key. */
import { z } from 'zod';
import { constraintSchema } from '#/domain/safety/bounds';
import { OVERRIDE_STATES } from '#/domain/safety/override-machine';
import type { Actor } from '../access/actor';
import { getDb, type Prisma } from '../db/client';
import { OVERRIDE_INCLUDE, type OverrideListRow, toListRow } from './override-rows';
import { visibleOverrides } from './override-scope';
import { waitingActs } from './waiting-acts';

export const browseOverridesSchema = z.object({
  siteCode: z.string().max(16).optional(),
  gatewayId: z.uuid().optional(),
  jobId: z.string().max(40).optional(),
  batchId: z.string().max(40).optional(),
  constraint: constraintSchema.optional(),
  states: z.array(z.enum(OVERRIDE_STATES)).max(OVERRIDE_STATES.length).optional(),
  breakGlass: z.boolean().optional(),
  /** Part of the requester's or of the gateway's name. */
  text: z.string().trim().max(100).optional(),
  since: z.date().optional(),
  until: z.date().optional(),
  limit: z.number().int().min(1).max(200).default(50),
  cursor: z.object({ at: z.date(), id: z.string().max(40) }).nullish(),
});
export type BrowseOverridesInput = z.infer<typeof browseOverridesSchema>;
export type OverridePage = { rows: OverrideListRow[]; nextCursor: { at: Date; id: string } | null };

export async function browseOverrides(actor: Actor, input: BrowseOverridesInput): Promise<OverridePage> {
  const { cursor, limit } = input;
  const found = await getDb().overrideRequest.findMany({
    where: {
      AND: [
        visibleOverrides(actor),
        filterOf(input),
        cursor ? { OR: [{ requestedAt: { lt: cursor.at } }, { requestedAt: cursor.at, id: { lt: cursor.id } }] } : {},
      ],
    },
    orderBy: [{ requestedAt: 'desc' }, { id: 'desc' }],
    take: limit + 1,
    include: OVERRIDE_INCLUDE,
  });
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const waiting = await waitingActs(getDb(), page);
  return {
    rows: page.map((row) => toListRow(actor, row, waiting)),
    nextCursor: found.length > limit && last ? { at: last.requestedAt, id: last.id } : null,
  };
}

function filterOf(input: BrowseOverridesInput): Prisma.OverrideRequestWhereInput {
  const { text } = input;
  return {
    ...(input.siteCode ? { site: { code: input.siteCode } } : {}),
    ...(input.gatewayId ? { gatewayId: input.gatewayId } : {}),
    ...(input.jobId ? { jobId: input.jobId } : {}),
    ...(input.batchId ? { batchId: input.batchId } : {}),
    ...(input.constraint ? { constraints: { has: input.constraint } } : {}),
    ...(input.states?.length ? { state: { in: input.states } } : {}),
    ...(input.breakGlass === undefined ? {} : { breakGlass: input.breakGlass }),
    ...(input.since || input.until
      ? { requestedAt: { ...(input.since ? { gte: input.since } : {}), ...(input.until ? { lt: input.until } : {}) } }
      : {}),
    ...(text
      ? { OR: [{ requester: { contains: text, mode: 'insensitive' } }, { gateway: { name: { contains: text, mode: 'insensitive' } } }] }
      : {}),
  };
}
