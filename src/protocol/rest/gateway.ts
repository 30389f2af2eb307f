import { z } from 'zod';
import { count, health, partition, percent, sizeText, timestamp } from './values';

const slot = {
  size: sizeText.nullable(),
  used: sizeText.nullable(),
  size_bytes: count.nullable(),
  used_bytes: count.nullable(),
  health: health.nullable(),
};

/** Contract: GET /gateway/status. Null: the gateway has not reported it. */
export const gatewayStatusSchema = z.object({
  status: z.enum(['online', 'offline', 'updating', 'maintenance', 'error']),
  gateway: z.object({
    id: z.string(),
    name: z.string(),
    model: z.string(),
    os_version: z.string().nullable(),
    kernel: z.string().nullable(),
    uptime: z.string().nullable().describe('For people, such as "19d 3h 12m".'),
    uptime_seconds: count.nullable(),
    bootloader: z.string().nullable(),
    last_ota: timestamp.nullable().describe('When the last update was confirmed.'),
    serial_number: z.string(),
    hardware_revision: z.string(),
    site: z.string().describe('Name of the site.'),
    site_code: z.string(),
    last_seen: timestamp.nullable(),
  }),
  partitions: z.object({
    active: z.object({
      id: partition.nullable(),
      version: z.string().nullable(),
      status: z.enum(['healthy', 'degraded', 'failed']).nullable(),
      boot_count: count.nullable(),
      ...slot,
    }),
    inactive: z.object({
      id: partition.nullable(),
      version: z.string().nullable(),
      status: z.enum(['ready', 'empty', 'writing', 'failed']).nullable(),
      next_boot: z.boolean(),
      ...slot,
    }),
    auto_rollback: z.boolean(),
    rollback_retries: count.describe('Boots of a new version that are tried before the gateway falls back.'),
    rollback_count: count,
  }),
  system: z.object({
    cpu_usage: percent.nullable(),
    memory_usage: percent.nullable(),
    disk_usage: percent.nullable(),
    temperature: z.number().nullable().describe('°C'),
    network_status: z.enum(['connected', 'degraded', 'disconnected']),
    sampled_at: timestamp.nullable().describe('When the gateway measured these values.'),
  }),
});
