/** What an update would do and cost, before anyone starts it. */
import { healthStep } from '#/domain/jobs/undecided';
import type { Hold } from '#/domain/jobs/hold';
import type { InstallStrategy, SlotId } from '#/domain/jobs/job-options';
import { nextWindow } from '#/domain/maintenance/window';
import type { Actor } from '../access/actor';
import { getDb } from '../db/client';
import { holdsOfGateway } from '../safety/holds-of';
import { readSettings } from '../settings/read-settings';
import { checkTarget } from './check-target';
import { shortInstant } from './human-text';

export type UpdatePlan = {
  gatewayId: string;
  /** Has to be typed before an update that reboots is started from the screen. */
  craneName: string;
  fromVersion: string | null;
  toVersion: string;
  targetSlot: SlotId;
  sizeBytes: number;
  /** What is on the target slot now and will be overwritten. */
  overwritesVersion: string | null;
  steps: string[];
  consequences: string[];
  /** Medians of this gateway's, else its site's, confirmed jobs; null: never done yet. */
  estimatedDownloadSeconds: number | null;
  estimatedInstallSeconds: number | null;
  window: { startsAt: Date; endsAt: Date; isOpen: boolean } | null;
  /** What would hold the write, and the reboot, now. */
  holdsWrite: Hold[];
  holdsReboot: Hold[];
  unfinishedJobId: string | null;
  /** When the holds were true. */
  plannedAt: Date;
};

/** The plan; throws what starting it would throw, except for holds and a job in progress, which it names. */
export async function planUpdate(
  actor: Actor,
  input: { gatewayId: string; releaseId: string; strategy: InstallStrategy; rebootAfter?: boolean },
): Promise<UpdatePlan> {
  const rebootAfter = input.rebootAfter ?? true;
  const db = getDb();
  const { gateway, release, targetSlot, sizeBytes, permit } = await checkTarget(db, actor, input);
  const nowMs = Date.now();
  const { strategy } = input;
  const settings = await readSettings(db, gateway.id);
  const next = nextWindow(settings.body.maintenance_window, nowMs);
  const [crane, holdsWrite, holdsReboot, times, unfinished] = await Promise.all([
    db.crane.findUniqueOrThrow({ where: { id: gateway.craneId }, select: { name: true } }),
    holdsOfGateway(db, gateway.id, { operation: 'O2', strategy, imageBytes: sizeBytes, nowMs }),
    holdsOfGateway(db, gateway.id, { operation: 'O3', strategy, imageBytes: 0, nowMs }),
    pastDurations(gateway.id, gateway.siteId, sizeBytes),
    db.job.findFirst({
      where: { gatewayId: gateway.id, finishedAt: null, NOT: { state: 'downloaded', intent: 'download' } },
      select: { id: true },
    }),
  ]);
  const overwritesVersion = gateway.slots.find((slot) => slot.id === targetSlot)?.version ?? null;
  return {
    gatewayId: gateway.id,
    craneName: crane.name,
    fromVersion: gateway.activeVersion,
    toVersion: release.version,
    targetSlot,
    sizeBytes,
    overwritesVersion,
    steps: [
      `Download ${release.version} and check its SHA-256`,
      `Write partition ${targetSlot}, read it back and compare`,
      ...(rebootAfter
        ? ['Switch the bootloader and reboot when the interlocks allow it', healthStep(settings.body.auto_update.auto_rollback)]
        : ['Rest there: the running version goes on until someone orders the reboot']),
    ],
    consequences: [
      rebootAfter ? 'The gateway is unavailable while it reboots' : 'The gateway keeps working: nothing reboots',
      overwritesVersion === null
        ? `Partition ${targetSlot} is written`
        : `${overwritesVersion} on partition ${targetSlot} is overwritten: it can no longer be rolled back to`,
      ...(rebootAfter
        ? [`Afterwards ${gateway.activeVersion ?? 'the present version'} stays on partition ${gateway.activeSlot ?? ''} to fall back to`]
        : []),
      ...(permit === null
        ? []
        : [
            `It goes below the rollback floor ${permit.floor}, as ${permit.signer ?? 'a downgrade key'} has permitted until ${shortInstant(permit.expiresAt)}`,
          ]),
    ],
    ...times,
    window: next === null ? null : { startsAt: new Date(next.startMs), endsAt: new Date(next.endMs), isOpen: next.startMs <= nowMs },
    holdsWrite,
    holdsReboot,
    unfinishedJobId: unfinished?.id ?? null,
    plannedAt: new Date(nowMs),
  };
}

/** Medians of up to 20 past jobs; the download is scaled by size. */
export async function pastDurations(
  gatewayId: string,
  siteId: string,
  sizeBytes: number,
): Promise<{ estimatedDownloadSeconds: number | null; estimatedInstallSeconds: number | null }> {
  const select = { startedAt: true, downloadedAt: true, finishedAt: true, bytesTotal: true, state: true } as const;
  const where = { state: 'confirmed', downloadedAt: { not: null }, startedAt: { not: null } } as const;
  const query = { orderBy: { createdAt: 'desc' }, take: 20, select } as const;
  let jobs = await getDb().job.findMany({ where: { gatewayId, ...where }, ...query });
  if (jobs.length === 0) jobs = await getDb().job.findMany({ where: { siteId, ...where }, ...query });
  const download = median(
    jobs.flatMap((job) =>
      job.startedAt && job.downloadedAt && job.bytesTotal > 0n
        ? [((job.downloadedAt.getTime() - job.startedAt.getTime()) / 1000 / Number(job.bytesTotal)) * sizeBytes]
        : [],
    ),
  );
  const install = median(
    jobs.flatMap((job) => (job.downloadedAt && job.finishedAt ? [(job.finishedAt.getTime() - job.downloadedAt.getTime()) / 1000] : [])),
  );
  return { estimatedDownloadSeconds: download, estimatedInstallSeconds: install };
}

function median(values: number[]): number | null {
  const sorted = values.sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  return middle === undefined ? null : Math.max(1, Math.round(middle));
}
