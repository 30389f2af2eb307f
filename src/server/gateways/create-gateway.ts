import { z } from 'zod';
import { DomainError } from '#/domain/errors/domain-error';
import { CRANE_KINDS } from '#/domain/sites/crane-kinds';
import { type Actor, requirePermission } from '../access/actor';
import { recordAudit } from '../audit/record-audit';
import { getDb, type Tx } from '../db/client';

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/;

export const createGatewaySchema = z.object({
  name: z.string().regex(NAME, 'A gateway name has letters, digits, dots and dashes, such as RTM-Q-STS07-GW1'),
  siteCode: z.string().max(16),
  crane: z.string().trim().min(1, 'Name the crane').max(80),
  /** Needed for a crane that is not known yet. */
  craneKind: z.enum(CRANE_KINDS).nullable().default(null),
  /** Quay, or the yard block; for a crane that is not known yet. */
  block: z.string().trim().min(1).max(80).nullable().default(null),
  serialNumber: z.string().trim().min(1, 'Give the serial number').max(120),
  /** Both are corrected by what the device says when it enrols. */
  model: z.string().trim().min(1).max(120).default('unknown'),
  hardwareRevision: z.string().trim().min(1).max(80).default('unknown'),
});

/** Creates a gateway that is waiting for its device, and its crane and block when they are new. */
export async function createGateway(actor: Actor, input: z.input<typeof createGatewaySchema>): Promise<{ gatewayId: string }> {
  const wanted = createGatewaySchema.parse(input);
  const site = await getDb().site.findUnique({ where: { code: wanted.siteCode }, select: { id: true } });
  if (!site) throw new DomainError('NOT_FOUND', `There is no site with the code ${wanted.siteCode}.`, {}, ['Create the site first']);
  requirePermission(actor, 'gateway.enroll', site.id);
  try {
    return await getDb().$transaction(async (tx) => {
      const craneId = await craneOf(tx, site.id, wanted);
      const { name, serialNumber, model, hardwareRevision } = wanted;
      const data = { name, serialNumber, model, hardwareRevision, siteId: site.id, craneId };
      const { id } = await tx.gateway.create({ data, select: { id: true } });
      const event = { objectType: 'gateway', objectId: id, siteId: site.id, data: { name, serialNumber } } as const;
      await recordAudit(tx, actor, { name: 'gateway.created', ...event });
      return { gatewayId: id };
    });
  } catch (error) {
    if ((error as { code?: string }).code !== 'P2002') throw error;
    throw new DomainError('CONFLICT', `There is a gateway ${wanted.name}, or one with the serial number ${wanted.serialNumber}, already.`);
  }
}

async function craneOf(tx: Tx, siteId: string, wanted: z.output<typeof createGatewaySchema>): Promise<string> {
  const key = { siteId, name: wanted.crane };
  const known = await tx.crane.findUnique({ where: { siteId_name: key }, select: { id: true } });
  if (known) return known.id;
  if (wanted.craneKind === null) {
    throw new DomainError('VALIDATION_FAILED', `The crane ${wanted.crane} is new: say which kind it is.`, {
      fields: [{ path: 'craneKind', message: `one of ${CRANE_KINDS.join(', ')}` }],
    });
  }
  const block = wanted.block === null ? null : { siteId, name: wanted.block };
  const blockId = block && (await tx.block.upsert({ where: { siteId_name: block }, create: block, update: {}, select: { id: true } })).id;
  const { id } = await tx.crane.create({ data: { ...key, kind: wanted.craneKind, blockId }, select: { id: true } });
  return id;
}
