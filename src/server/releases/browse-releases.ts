/** The list of releases, newest version first, filtered and continued by key. */
import { z } from 'zod';
import { RELEASE_STATES, type ReleaseState, releaseStateOf } from '#/domain/releases/release-machine';
import { RELEASE_TYPES } from '#/domain/releases/release-words';
import { CHANNELS } from '#/domain/settings/gateway-settings';
import { type Actor, requirePermission, visibleGateways } from '../access/actor';
import { getDb, type Prisma } from '../db/client';

export const browseReleasesSchema = z.object({
  states: z.array(z.enum(RELEASE_STATES)).max(3).optional(),
  channel: z.enum(CHANNELS).optional(),
  type: z.enum(RELEASE_TYPES).optional(),
  /** Part of the version or of the description. */
  text: z.string().trim().max(100).optional(),
  limit: z.number().int().min(1).max(200).default(50),
  cursor: z.object({ key: z.string().max(200), id: z.uuid() }).nullish(),
});

export type ReleaseRow = {
  id: string;
  version: string;
  channel: string;
  type: string;
  severity: string;
  state: ReleaseState;
  description: string;
  signature: string;
  signer: string | null;
  sizeBytes: number;
  releasedAt: Date;
  uploader: string | null;
  /** Null: no bill of materials was uploaded. */
  components: number | null;
  /** Gateways that run it, of those that the person may see. */
  gateways: number;
};
export type ReleasePage = { rows: ReleaseRow[]; nextCursor: { key: string; id: string } | null };

export async function browseReleases(actor: Actor, input: z.infer<typeof browseReleasesSchema>): Promise<ReleasePage> {
  requirePermission(actor, 'release.read', null);
  const { cursor, limit } = input;
  const db = getDb();
  const found = await db.release.findMany({
    where: {
      AND: [
        filterOf(input),
        cursor ? { OR: [{ versionSortKey: { lt: cursor.key } }, { versionSortKey: cursor.key, id: { lt: cursor.id } }] } : {},
      ],
    },
    orderBy: [{ versionSortKey: 'desc' }, { id: 'desc' }],
    take: limit + 1,
    include: {
      artifact: { select: { sizeBytes: true } },
      sboms: { orderBy: { createdAt: 'desc' }, take: 1, select: { componentCount: true } },
    },
  });
  const page = found.slice(0, limit);
  const counts = await db.gateway.groupBy({
    by: ['activeVersion'],
    where: { ...visibleGateways(actor, 'gateway.read'), activeVersion: { in: page.map(({ version }) => version) } },
    _count: { _all: true },
  });
  const running = new Map(counts.map((one) => [one.activeVersion, one._count._all]));
  const last = page.at(-1);
  return {
    rows: page.map((one) => ({
      id: one.id,
      version: one.version,
      channel: one.channel,
      type: one.type,
      severity: one.severity,
      state: releaseStateOf(one.state),
      description: one.description,
      signature: one.signature,
      signer: one.signer,
      sizeBytes: Number(one.artifact.sizeBytes),
      releasedAt: one.releasedAt,
      uploader: one.uploader,
      components: one.sboms[0]?.componentCount ?? null,
      gateways: running.get(one.version) ?? 0,
    })),
    nextCursor: found.length > limit && last ? { key: last.versionSortKey, id: last.id } : null,
  };
}

function filterOf({ states, channel, type, text }: z.infer<typeof browseReleasesSchema>): Prisma.ReleaseWhereInput {
  const contains = text ? { contains: text.replace(/[\\%_]/g, '\\$&'), mode: 'insensitive' as const } : null;
  return {
    ...(states?.length ? { state: { in: states } } : {}),
    ...(channel ? { channel } : {}),
    ...(type ? { type } : {}),
    ...(contains ? { OR: [{ version: contains }, { description: contains }] } : {}),
  };
}
