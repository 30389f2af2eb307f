import { z } from 'zod';
import { DomainError } from '#/domain/errors/domain-error';
import { type Actor, requirePermission } from '../access/actor';
import { recordAudit } from '../audit/record-audit';
import { getDb } from '../db/client';
import { findGateway } from '../gateways/find-gateway';

const LEAST_BYTES_PER_SECOND = 1024;

export const limitDownloadsSchema = z.object({
  siteCode: z.string().max(20),
  /** Only this gateway of the site. */
  gatewayName: z.string().max(80).optional(),
  /** Null: no limit. */
  bytesPerSecond: z
    .number()
    .int()
    .min(LEAST_BYTES_PER_SECOND, `must be at least ${LEAST_BYTES_PER_SECOND} bytes per second`)
    .max(1e12)
    .nullable(),
});

/** Limits how fast the gateways of a site together, or one gateway, may download. In force within seconds, for ranges that begin then. */
export async function limitDownloads(actor: Actor, input: z.input<typeof limitDownloadsSchema>): Promise<void> {
  const { siteCode, gatewayName, bytesPerSecond } = limitDownloadsSchema.parse(input);
  const limit = { downloadBytesPerSecond: bytesPerSecond };
  await getDb().$transaction(async (tx) => {
    const site = await tx.site.findUnique({ where: { code: siteCode }, select: { id: true } });
    if (!site) throw new DomainError('NOT_FOUND', `There is no site ${siteCode}.`);
    requirePermission(actor, 'settings.write', site.id);
    const event = { name: 'downloads.limited', siteId: site.id, data: { bytesPerSecond } } as const;
    if (gatewayName === undefined) {
      await tx.site.update({ where: { id: site.id }, data: limit });
      return recordAudit(tx, actor, { ...event, objectType: 'site', objectId: site.id });
    }
    const gateway = await findGateway(actor, { name: gatewayName }, 'settings.write', tx);
    if (gateway.siteId !== site.id) throw new DomainError('GATEWAY_NOT_FOUND', `${gatewayName} is not a gateway of ${siteCode}.`);
    await tx.gateway.update({ where: { id: gateway.id }, data: limit });
    return recordAudit(tx, actor, { ...event, objectType: 'gateway', objectId: gateway.id });
  });
}
