/** Gateways that run a release, by the version that they report themselves. */
import { z } from 'zod';
import { DomainError } from '#/domain/errors/domain-error';
import { type Actor, requirePermission, visibleGateways } from '../access/actor';
import { getDb } from '../db/client';

export const whereItRunsSchema = z.object({
  releaseId: z.uuid(),
  limit: z.number().int().min(1).max(200).default(50),
  cursor: z.object({ name: z.string().max(200), id: z.uuid() }).nullish(),
});
export type RunningGateway = {
  id: string;
  name: string;
  siteCode: string;
  craneName: string;
  status: string;
  connected: boolean;
  lastSeenAt: Date | null;
};
export type WhereItRuns = {
  rows: RunningGateway[];
  total: number;
  bySite: { siteCode: string; gateways: number }[];
  nextCursor: { name: string; id: string } | null;
};

export async function whereItRuns(actor: Actor, input: z.infer<typeof whereItRunsSchema>): Promise<WhereItRuns> {
  requirePermission(actor, 'release.read', null);
  const db = getDb();
  const release = await db.release.findUnique({ where: { id: input.releaseId }, select: { version: true } });
  if (!release) throw new DomainError('NOT_FOUND', 'There is no such release.');
  const where = { ...visibleGateways(actor, 'gateway.read'), activeVersion: release.version };
  const { cursor, limit } = input;
  const [found, counts] = await Promise.all([
    db.gateway.findMany({
      where: { AND: [where, cursor ? { OR: [{ name: { gt: cursor.name } }, { name: cursor.name, id: { gt: cursor.id } }] } : {}] },
      orderBy: [{ name: 'asc' }, { id: 'asc' }],
      take: limit + 1,
      select: {
        ...{ id: true, name: true, status: true, connected: true, lastSeenAt: true },
        site: { select: { code: true } },
        crane: { select: { name: true } },
      },
    }),
    db.gateway.groupBy({ by: ['siteId'], where, _count: { _all: true } }),
  ]);
  const sites = await db.site.findMany({ where: { id: { in: counts.map(({ siteId }) => siteId) } }, select: { id: true, code: true } });
  const codes = new Map(sites.map(({ id, code }) => [id, code]));
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    rows: page.map(({ site, crane, ...row }) => ({ ...row, siteCode: site.code, craneName: crane.name })),
    total: counts.reduce((sum, one) => sum + one._count._all, 0),
    bySite: counts
      .map((one) => ({ siteCode: codes.get(one.siteId) ?? '', gateways: one._count._all }))
      .sort((a, b) => b.gateways - a.gateways || a.siteCode.localeCompare(b.siteCode)),
    nextCursor: found.length > limit && last ? { name: last.name, id: last.id } : null,
  };
}
