/** Permissions to go below the rollback floor to a release, and the gateways whose floor is above it. */
import { isBelowFloor } from '#/trust/downgrade';
import { type Actor, visibleGateways } from '../access/actor';
import { getDb } from '../db/client';

export type PermitRow = {
  id: string;
  /** Null: every gateway. */
  gateway: { id: string; name: string } | null;
  fromVersion: string;
  expiresAt: Date;
  signer: string | null;
  keyFingerprint: string;
  addedBy: string;
  createdAt: Date;
  /** Taken back, or with its key; null: it holds until it expires. */
  ended: { at: Date; by: string; reason: string } | null;
};
export type Downgrades = {
  /** Newest first. */
  permits: PermitRow[];
  /** Gateways that refuse the release without a permission, by their floor, as they say themselves. */
  refusedBy: { floorVersion: string; gateways: number }[];
};

/** The caller has asked whether the actor may read releases; gateways that he may not see are left out. */
export async function listDowngrades(actor: Actor, release: { id: string; version: string }): Promise<Downgrades> {
  const db = getDb();
  const seen = visibleGateways(actor, 'gateway.read');
  const [rows, floors] = await Promise.all([
    db.downgradePermit.findMany({
      where: { releaseId: release.id, OR: [{ gatewayId: null }, { gateway: { is: { AND: [seen] } } }] },
      orderBy: { createdAt: 'desc' },
      take: 50,
      include: { gateway: { select: { id: true, name: true } } },
    }),
    db.gatewayPins.groupBy({
      by: ['floorVersion'],
      where: { version: { gt: 0 }, floorVersion: { not: null }, gateway: seen },
      _count: { _all: true },
    }),
  ]);
  return {
    permits: rows.map(
      ({ id, gateway, fromVersion, expiresAt, signer, keyFingerprint, addedBy, createdAt, endedAt, endedBy, endedReason }) => ({
        ...{ id, gateway, fromVersion, expiresAt, signer, keyFingerprint, addedBy, createdAt },
        ended: endedAt === null ? null : { at: endedAt, by: endedBy ?? '', reason: endedReason ?? '' },
      }),
    ),
    refusedBy: floors.flatMap(({ floorVersion, _count }) =>
      floorVersion !== null && isBelowFloor(release.version, floorVersion) ? [{ floorVersion, gateways: _count._all }] : [],
    ),
  };
}
