/** The policies of sites, as the policy editor reads and saves them. */
import { z } from 'zod';
import { permittedSites } from '#/domain/access/grants';
import { DomainError } from '#/domain/errors/domain-error';
import { type PolicyChange, policyDifference } from '#/domain/safety/policy-difference';
import { type SitePolicy, sitePolicySchema } from '#/domain/safety/site-policy';
import { type Actor, requirePermission } from '../access/actor';
import { recordAudit } from '../audit/record-audit';
import { getDb } from '../db/client';
import { hint } from '../db/hint';
import { voidForPolicy } from '../overrides/void-overrides';
import { parsePolicy, readSitePolicy } from './site-policy';

export const savePolicySchema = z.object({
  siteId: z.uuid(),
  /** The version that the editor has seen; someone else's change in between is a CONFLICT. */
  expectedVersion: z.number().int().nonnegative(),
  policy: sitePolicySchema,
  note: z.string().trim().min(10, 'Say why, in at least 10 characters').max(1000),
});
export type PolicyView = {
  site: { id: string; code: string; name: string };
  version: number;
  policy: SitePolicy;
  mayWrite: boolean;
  /** Enrolled gateways, and those of them that have taken this version. */
  gateways: number;
  taken: number;
  /** Gateways that refused it; the first of them by name. */
  refused: { id: string; name: string; refusal: string; retryAt: Date | null }[];
};
const REFUSED_SHOWN = 20;
export type PolicyVersion = { version: number; author: string; note: string; createdAt: Date; changes: PolicyChange[] };
export type SavedPolicy = { version: number; changes: PolicyChange[]; ended: number };

/** Every site that the actor may see, with its policy. */
export async function listPolicies(actor: Actor): Promise<PolicyView[]> {
  const sites = permittedSites(actor.grants, 'safety.read');
  const rows = await getDb().site.findMany({
    where: sites === 'all' ? {} : { id: { in: sites } },
    orderBy: { code: 'asc' },
    select: { id: true, code: true, name: true },
  });
  const writes = permittedSites(actor.grants, 'policy.write');
  return Promise.all(
    rows.map(async (site) => {
      const policy = await readSitePolicy(getDb(), site.id);
      const mayWrite = writes === 'all' || writes.includes(site.id);
      return { site, ...policy, mayWrite, ...(await takenBy(site.id, policy.version)) };
    }),
  );
}

/** How far a version has come among the gateways of its site. */
async function takenBy(siteId: string, version: number): Promise<Pick<PolicyView, 'gateways' | 'taken' | 'refused'>> {
  const enrolled = { siteId, enrolledAt: { not: null } };
  const [gateways, taken, refused] = await Promise.all([
    getDb().gateway.count({ where: enrolled }),
    getDb().gateway.count({ where: { ...enrolled, policyTakenVersion: { gte: version } } }),
    getDb().gateway.findMany({
      where: { ...enrolled, policyRefusal: { not: null } },
      orderBy: { name: 'asc' },
      take: REFUSED_SHOWN,
      select: { id: true, name: true, policyRefusal: true, policyRetryAt: true },
    }),
  ]);
  return {
    gateways,
    taken,
    refused: refused.map((one) => ({ id: one.id, name: one.name, refusal: one.policyRefusal ?? '', retryAt: one.policyRetryAt })),
  };
}

/** All versions of a site's policy, newest first. */
export async function policyHistory(actor: Actor, siteId: string): Promise<PolicyVersion[]> {
  requirePermission(actor, 'safety.read', siteId);
  const rows = await getDb().sitePolicy.findMany({ where: { siteId }, orderBy: { version: 'desc' }, take: 200 });
  return rows.map(({ version, author, note, createdAt, difference }) => ({
    version,
    author,
    note,
    createdAt,
    changes: difference as unknown as PolicyChange[],
  }));
}

/** What a save would change, before anyone saves it. */
export async function comparePolicy(actor: Actor, input: { siteId: string; policy: SitePolicy }): Promise<PolicyChange[]> {
  requirePermission(actor, 'safety.read', input.siteId);
  const { policy } = await readSitePolicy(getDb(), input.siteId);
  return policyDifference(policy, input.policy);
}

/**
 * Writes the next version, ends the site's overrides (they were approved under another policy) and voids open requests.
 * The controller orders it for every gateway of the site. No change, no version.
 */
export function savePolicy(actor: Actor, input: z.infer<typeof savePolicySchema>): Promise<SavedPolicy> {
  requirePermission(actor, 'policy.write', input.siteId);
  return getDb().$transaction(
    async (tx) => {
      // Rows that name the site may still be written meanwhile: whoever writes them may hold a gateway that is waited for below.
      const [site] = await tx.$queryRaw<{ id: string }[]>`SELECT id FROM "Site" WHERE id = ${input.siteId}::uuid FOR NO KEY UPDATE`;
      if (!site) throw new DomainError('NOT_FOUND', 'There is no such site.');
      const row = await tx.sitePolicy.findFirst({ where: { siteId: site.id }, orderBy: { version: 'desc' } });
      const before = row ? parsePolicy(row) : await readSitePolicy(tx, site.id);
      if (before.version !== input.expectedVersion) {
        throw new DomainError(
          'CONFLICT',
          'Someone else has changed this policy since you opened it. Nothing of yours was saved.',
          { expected_version: input.expectedVersion, version: before.version },
          ['Look at the present policy', 'Enter your change again'],
        );
      }
      const changes = policyDifference(before.policy, input.policy);
      if (changes.length === 0) return { version: before.version, changes, ended: 0 };
      const version = before.version + 1;
      await tx.sitePolicy.create({
        data: {
          siteId: site.id,
          version,
          body: input.policy,
          difference: changes as object[],
          note: input.note,
          authorId: actor.id,
          author: actor.name,
        },
      });
      await recordAudit(tx, actor, {
        name: 'policy.changed',
        objectType: 'site',
        objectId: site.id,
        siteId: site.id,
        reason: input.note,
        data: { version, note: input.note, changes },
      });
      const ended = await voidForPolicy(tx, actor, site.id);
      const first = await tx.gateway.findFirst({ where: { siteId: site.id }, select: { id: true } });
      if (first) await hint(tx, { kind: 'settings', gatewayId: first.id, siteId: site.id });
      return { version, changes, ended };
    },
    { timeout: 30_000 },
  );
}
