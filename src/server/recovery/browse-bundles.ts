/** The bundles of a gateway: newest first, continued by key. Their bytes come by REST (download path). */
import { z } from 'zod';
import type { BundlePart } from '#/protocol/mqtt/recovery';
import type { Actor } from '../access/actor';
import { getDb } from '../db/client';
import type { DebugBundle } from '../db/generated/client';
import { findGateway } from '../gateways/find-gateway';

export const browseBundlesSchema = z.object({
  gatewayId: z.uuid(),
  limit: z.number().int().min(1).max(200).default(50),
  cursor: z.object({ createdAt: z.date(), id: z.string().max(64) }).nullish(),
});
export type BundleView = ReturnType<typeof viewBundle>;

/** Where a bundle is fetched from. */
export function bundlePath(bundleId: string): string {
  return `/v1/cloud-integration/monitor/debug/download/${bundleId}.tar.gz`;
}

export async function browseBundles(actor: Actor, input: z.output<typeof browseBundlesSchema>) {
  const gateway = await findGateway(actor, { id: input.gatewayId }, 'bundle.create');
  const { cursor, limit } = input;
  const rows = await getDb().debugBundle.findMany({
    where: {
      gatewayId: gateway.id,
      ...(cursor ? { OR: [{ createdAt: { lt: cursor.createdAt } }, { createdAt: cursor.createdAt, id: { lt: cursor.id } }] } : {}),
    },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: limit + 1,
  });
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { rows: page.map(viewBundle), nextCursor: rows.length > limit && last ? { createdAt: last.createdAt, id: last.id } : null };
}

export function viewBundle(row: DebugBundle) {
  return {
    id: row.id,
    gatewayId: row.gatewayId,
    jobId: row.jobId,
    kind: row.kind === 'diagnostic' ? ('diagnostic' as const) : ('debug' as const),
    state: row.state,
    contents: row.contents as BundlePart[],
    compression: row.compression,
    sizeBytes: row.sizeBytes === null ? null : Number(row.sizeBytes),
    sha256: row.sha256,
    redactions: row.redactions,
    error: row.error,
    requestedBy: row.requestedBy,
    createdAt: row.createdAt,
    readyAt: row.readyAt,
    expiresAt: row.expiresAt,
    downloads: row.downloads,
    /** Needs bundle.read; null while there is nothing to fetch. */
    downloadPath: row.state === 'ready' ? bundlePath(row.id) : null,
  };
}
