import { z } from 'zod';
import { DomainError } from '#/domain/errors/domain-error';
import { isTimeZone } from '#/domain/maintenance/window';
import type { Actor } from '../access/actor';
import { requireEverywhere } from '../access/require-everywhere';
import { recordAudit } from '../audit/record-audit';
import { getDb } from '../db/client';

export const createSiteSchema = z.object({
  code: z.string().regex(/^[A-Z0-9]{2,8}$/, 'The code has 2 to 8 capital letters and digits, such as RTM'),
  name: z.string().trim().min(1, 'Give the site a name').max(100),
  timezone: z.string().refine(isTimeZone, 'This is not an IANA time zone such as Europe/Amsterdam'),
});

/** Creates a site; its code begins the names of its gateways. */
export async function createSite(actor: Actor, input: z.input<typeof createSiteSchema>): Promise<{ siteId: string }> {
  requireEverywhere(actor, 'gateway.enroll');
  const site = createSiteSchema.parse(input);
  try {
    return await getDb().$transaction(async (tx) => {
      const { id } = await tx.site.create({ data: site, select: { id: true } });
      const data = { code: site.code, timezone: site.timezone };
      await recordAudit(tx, actor, { name: 'site.created', objectType: 'site', objectId: id, siteId: id, data });
      return { siteId: id };
    });
  } catch (error) {
    if ((error as { code?: string }).code !== 'P2002') throw error;
    throw new DomainError('CONFLICT', `There is a site ${site.code} already.`);
  }
}
