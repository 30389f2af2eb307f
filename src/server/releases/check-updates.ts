/** Which updates there are for a gateway: published releases of its channel that are newer than what it runs. */
import { type FittedGateway, problemsOf } from '#/domain/releases/release-fit';
import { parseVersion, versionSortKey } from '#/domain/releases/version';
import type { Channel } from '#/domain/settings/gateway-settings';
import type { Actor } from '../access/actor';
import { type Db, getDb, type Tx } from '../db/client';
import { findGateway } from '../gateways/find-gateway';
import { readSettings } from '../settings/read-settings';
import { demandsOf } from './image-demands';

export type AvailableUpdate = {
  id: string;
  version: string;
  channel: string;
  type: string;
  severity: string;
  description: string;
  changelog: string[];
  prerequisites: string[];
  hardware: string[];
  signature: string;
  sha256: string;
  sizeBytes: number;
  releasedAt: Date;
  compatible: boolean;
  /** Why it does not fit, in words for people; empty when it does. */
  problems: string[];
};
export type UpdateCheck = {
  channel: Channel;
  activeVersion: string | null;
  hardwareRevision: string;
  /** Newest first. */
  updates: AvailableUpdate[];
  /** Back from what it runs, newest first; whether one may is asked when it is planned. */
  older: AvailableUpdate[];
  checkedAt: Date;
};

/** A channel offers its own releases and those of every more stable one. */
export const OFFERED: Record<Channel, Channel[]> = { stable: ['stable'], beta: ['stable', 'beta'], nightly: ['stable', 'beta', 'nightly'] };

/** Looks now, and notes on the gateway that someone has looked. Without `channel`: that of the gateway's settings. */
export async function checkUpdates(actor: Actor, input: { gatewayId: string; channel?: Channel | undefined }): Promise<UpdateCheck> {
  await findGateway(actor, { id: input.gatewayId }, 'update.check');
  const db = getDb();
  const checkedAt = new Date();
  const gateway = await db.gateway.update({
    where: { id: input.gatewayId },
    data: { lastCheckAt: checkedAt },
    select: { activeVersion: true, hardwareRevision: true },
  });
  const channel = input.channel ?? (await readSettings(db, input.gatewayId)).body.channels.current;
  const [updates, older] = await Promise.all([availableUpdates(db, gateway, channel), olderReleases(db, gateway, channel)]);
  return { channel, activeVersion: gateway.activeVersion, hardwareRevision: gateway.hardwareRevision, updates, older, checkedAt };
}

/** Newest first; what does not fit is among them, with the reasons. */
export async function availableUpdates(db: Db | Tx, gateway: FittedGateway, channel: Channel): Promise<AvailableUpdate[]> {
  return releasesFor(db, gateway, channel, { gt: sortKeyOf(gateway) ?? '' }, 100);
}

/** None for a gateway whose version is not known. */
async function olderReleases(db: Db, gateway: FittedGateway, channel: Channel): Promise<AvailableUpdate[]> {
  const running = sortKeyOf(gateway);
  return running === null ? [] : releasesFor(db, gateway, channel, { lt: running }, 20);
}

function sortKeyOf({ activeVersion }: FittedGateway): string | null {
  return activeVersion !== null && parseVersion(activeVersion) ? versionSortKey(activeVersion) : null;
}

async function releasesFor(
  db: Db | Tx,
  gateway: FittedGateway,
  channel: Channel,
  versionSortKey: { gt: string } | { lt: string },
  take: number,
): Promise<AvailableUpdate[]> {
  const releases = await db.release.findMany({
    where: { channel: { in: OFFERED[channel] }, state: 'published', signature: { not: 'invalid' }, versionSortKey },
    orderBy: { versionSortKey: 'desc' },
    take,
    include: { artifact: { select: { sizeBytes: true, facts: true } } },
  });
  return releases.map((release): AvailableUpdate => {
    const problems = problemsOf(release, gateway, demandsOf(release.artifact.facts));
    return {
      id: release.id,
      version: release.version,
      channel: release.channel,
      type: release.type,
      severity: release.severity,
      description: release.description,
      changelog: release.changelog,
      prerequisites: release.prerequisites,
      hardware: release.hardware,
      signature: release.signature,
      sha256: release.artifactSha256,
      sizeBytes: Number(release.artifact.sizeBytes),
      releasedAt: release.releasedAt,
      compatible: problems.length === 0,
      problems,
    };
  });
}
