import { effectivePolicy } from '#/domain/safety/effective-policy';
import type { SafetyPolicy } from '#/domain/safety/policy';
import { SHIPPED_SITE_POLICY, type SitePolicy, sitePolicySchema } from '#/domain/safety/site-policy';
import { logger } from '../config/logger';
import type { Db, Tx } from '../db/client';
import { readSettings } from '../settings/read-settings';

/** `unreadable`: a newer version has written it, and the shipped one stands in for it here. */
export type VersionedPolicy = { version: number; policy: SitePolicy; unreadable?: true };

/** The policy in force at a site; version 0 stands for the shipped one that nobody has changed. */
export async function readSitePolicy(db: Db | Tx, siteId: string): Promise<VersionedPolicy> {
  const row = await db.sitePolicy.findFirst({ where: { siteId }, orderBy: { version: 'desc' }, select: { version: true, body: true } });
  return row ? parsePolicy(row) : { version: 0, policy: SHIPPED_SITE_POLICY };
}

/** The policies of many sites at once. */
export async function readSitePolicies(db: Db | Tx, siteIds: readonly string[]): Promise<ReadonlyMap<string, VersionedPolicy>> {
  const rows = await db.sitePolicy.findMany({
    where: { siteId: { in: [...new Set(siteIds)] } },
    orderBy: [{ siteId: 'asc' }, { version: 'desc' }],
    distinct: ['siteId'],
    select: { siteId: true, version: true, body: true },
  });
  return new Map(rows.map((row) => [row.siteId, parsePolicy(row)]));
}

/** A stored policy that this version cannot read (written by a newer one) counts as the shipped one: never as none. */
export function parsePolicy(row: { version: number; body: unknown }): VersionedPolicy {
  const parsed = sitePolicySchema.safeParse(row.body);
  if (parsed.success) return { version: row.version, policy: parsed.data };
  logger.error({ version: row.version, reason: parsed.error.message.slice(0, 300) }, 'safety: a stored policy cannot be read');
  return { version: row.version, policy: SHIPPED_SITE_POLICY, unreadable: true };
}

/** The policy of the evaluation for one gateway: its site's with its own settings, before any grant. */
export async function gatewayPolicy(
  db: Db | Tx,
  gateway: { id: string; siteId: string },
): Promise<VersionedPolicy & { effective: SafetyPolicy }> {
  const { body } = await readSettings(db, gateway.id);
  const site = await readSitePolicy(db, gateway.siteId);
  return { ...site, effective: effectivePolicy(site.policy, body.safety_constraints) };
}
