/** A gateway in the words of GET /gateway/status. */
import type { z } from 'zod';
import type { gatewayStatusSchema } from '#/protocol/rest/gateway';
import type { GatewayView, SlotView } from '../gateways/read-gateway';
import { sizeText, uptimeText, wireTimeOrNull } from './wire-text';

type Status = z.input<typeof gatewayStatusSchema>;
type Partitions = Status['partitions'];

/** `bootlimit` of the agent; a gateway does not report another. */
const BOOT_TRIES = 3;

export function presentGatewayStatus(view: GatewayView, autoRollback: boolean): Status {
  const { vitals } = view;
  const active = view.slots.find((slot) => slot.active);
  const inactive = view.slots.find((slot) => !slot.active);
  return {
    status: view.status as Status['status'],
    gateway: {
      id: view.id,
      name: view.name,
      model: view.model,
      os_version: view.osVersion,
      kernel: view.kernel,
      uptime: vitals && uptimeText(vitals.uptimeSeconds),
      uptime_seconds: vitals?.uptimeSeconds ?? null,
      bootloader: view.bootloader,
      last_ota: wireTimeOrNull(view.lastOtaAt),
      serial_number: view.serialNumber,
      hardware_revision: view.hardwareRevision,
      site: view.site.name,
      site_code: view.site.code,
      last_seen: wireTimeOrNull(view.lastSeenAt),
    },
    partitions: {
      active: {
        id: (active?.id ?? null) as Partitions['active']['id'],
        version: active?.version ?? view.activeVersion,
        status: (active?.status ?? null) as Partitions['active']['status'],
        boot_count: active?.bootCount ?? null,
        ...room(active),
      },
      inactive: {
        id: (inactive?.id ?? null) as Partitions['inactive']['id'],
        version: inactive?.version ?? null,
        status: (inactive?.status ?? null) as Partitions['inactive']['status'],
        next_boot: inactive?.nextBoot ?? false,
        ...room(inactive),
      },
      auto_rollback: autoRollback,
      rollback_retries: BOOT_TRIES,
      rollback_count: view.rollbackCount,
    },
    system: {
      cpu_usage: vitals && rounded(vitals.cpuPercent),
      memory_usage: vitals && rounded(vitals.memoryPercent),
      disk_usage: vitals && rounded(vitals.diskPercent),
      temperature: vitals?.temperatureC == null ? null : rounded(vitals.temperatureC),
      network_status: view.networkStatus as Status['system']['network_status'],
      sampled_at: wireTimeOrNull(vitals?.sampledAt ?? null),
    },
  };
}

function room(slot: SlotView | undefined) {
  if (!slot) return { size: null, used: null, size_bytes: null, used_bytes: null, health: null };
  return {
    size: sizeText(slot.sizeBytes),
    used: sizeText(slot.usedBytes),
    size_bytes: slot.sizeBytes,
    used_bytes: slot.usedBytes,
    health: slot.health as 'good' | 'fair' | 'poor',
  };
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
