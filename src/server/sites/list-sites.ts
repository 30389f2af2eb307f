import { permittedSites } from '#/domain/access/grants';
import type { Actor } from '../access/actor';
import { getDb } from '../db/client';

export type SiteSummary = { id: string; code: string; name: string; timezone: string };

/** The sites where the actor may read gateways, by code. */
export async function listSites(actor: Actor): Promise<SiteSummary[]> {
  const sites = permittedSites(actor.grants, 'gateway.read');
  return getDb().site.findMany({
    where: sites === 'all' ? {} : { id: { in: sites } },
    orderBy: { code: 'asc' },
    select: { id: true, code: true, name: true, timezone: true },
  });
}
