/** One gateway as its page shows it: where it stands, what it runs, what is in its slots, how it is. */
import { holdSchema } from '#/domain/jobs/hold';
import type { JobState } from '#/domain/jobs/job-machine';
import { operationOf } from '#/domain/jobs/operations';
import type { Actor } from '../access/actor';
import { getDb } from '../db/client';
import { findGateway } from './find-gateway';

export type SlotView = {
  id: string;
  version: string | null;
  sha256: string | null;
  status: string;
  health: string;
  bootCount: number;
  sizeBytes: number;
  usedBytes: number;
  active: boolean;
  nextBoot: boolean;
  updatedAt: Date;
};
export type GatewayView = Awaited<ReturnType<typeof readGateway>>;

/** The gateway; throws GATEWAY_NOT_FOUND for what the actor may not see. */
export async function readGateway(actor: Actor, gatewayId: string) {
  await findGateway(actor, { id: gatewayId });
  const { site, crane, slots, vitals, jobs, ...gateway } = await getDb().gateway.findUniqueOrThrow({
    where: { id: gatewayId },
    select: {
      id: true,
      name: true,
      siteId: true,
      model: true,
      serialNumber: true,
      hardwareRevision: true,
      enrolledAt: true,
      status: true,
      connected: true,
      connectedAt: true,
      disconnectedAt: true,
      lastSeenAt: true,
      agentVersion: true,
      osVersion: true,
      kernel: true,
      bootloader: true,
      activeSlot: true,
      activeVersion: true,
      bootedAt: true,
      lastOtaAt: true,
      rollbackCount: true,
      networkStatus: true,
      site: { select: { code: true, name: true, timezone: true } },
      crane: { select: { id: true, name: true, kind: true, block: { select: { name: true } } } },
      slots: true,
      vitals: true,
      jobs: {
        where: { finishedAt: null },
        orderBy: { createdAt: 'desc' },
        take: 1,
        select: {
          id: true,
          state: true,
          heldState: true,
          intent: true,
          operation: true,
          fromVersion: true,
          toVersion: true,
          percent: true,
          progressAt: true,
          stateChangedAt: true,
          waitingFor: true,
          holds: true,
        },
      },
    },
  });
  const job = jobs[0];
  return {
    ...gateway,
    site,
    crane: { id: crane.id, name: crane.name, kind: crane.kind, block: crane.block?.name ?? null },
    slots: ['A', 'B'].flatMap((id): SlotView[] => {
      const slot = slots.find((one) => one.id === id);
      if (!slot) return [];
      const { gatewayId: _gatewayId, sizeBytes, usedBytes, ...rest } = slot;
      return [{ ...rest, sizeBytes: Number(sizeBytes), usedBytes: Number(usedBytes), active: id === gateway.activeSlot }];
    }),
    vitals: vitals && {
      cpuPercent: vitals.cpuPercent,
      memoryPercent: vitals.memoryPercent,
      diskPercent: vitals.diskPercent,
      temperatureC: vitals.temperatureC,
      uptimeSeconds: Number(vitals.uptimeSeconds),
      memoryFreeBytes: Number(vitals.memoryFreeBytes),
      diskFreeBytes: Number(vitals.diskFreeBytes),
      sampledAt: vitals.sampledAt,
    },
    job: job
      ? {
          ...job,
          state: job.state as JobState,
          operation: operationOf(job.operation),
          heldState: job.heldState as JobState | null,
          holds: holdSchema.array().catch([]).parse(job.holds),
        }
      : null,
  };
}
