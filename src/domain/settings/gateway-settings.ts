import { z } from 'zod';

/** Contract: GET /settings. The stored body has exactly these keys. */
export const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;
export const CHANNELS = ['stable', 'beta', 'nightly'] as const;
export type Channel = (typeof CHANNELS)[number];

const percent = z.number().min(0).max(100);

export const gatewaySettingsSchema = z.strictObject({
  auto_update: z.strictObject({
    enabled: z.boolean(),
    auto_download: z.boolean(),
    auto_security: z.boolean(),
    auto_feature: z.boolean(),
    auto_reboot: z.boolean(),
    auto_rollback: z.boolean(),
  }),
  channels: z.strictObject({ current: z.enum(CHANNELS), available: z.array(z.enum(CHANNELS)) }),
  maintenance_window: z.strictObject({
    enabled: z.boolean(),
    schedule: z.enum(['daily', 'weekdays', 'weekends', 'custom']),
    /** Wall time of the site, "HH:MM". */
    time: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day as HH:MM, 24 h'),
    /** Seconds. */
    duration: z.number().int().min(300).max(86_400),
    days: z.array(z.enum(WEEKDAYS)),
    timezone: z.string().min(1).max(64),
  }),
  update_strategy: z.enum(['seamless', 'maintenance', 'immediate']),
  verification: z.strictObject({ verify_signature: z.boolean(), verify_checksum: z.boolean(), verify_size: z.boolean() }),
  safety_constraints: z.strictObject({
    crane_motion_lock: z.boolean(),
    acs_collision_warning: z.boolean(),
    ups_battery_check: z.boolean(),
    minimum_battery_level: percent,
    network_connectivity: z.boolean(),
    /** Least free space, per cent of the data partition. */
    disk_space_threshold: percent,
  }),
  notifications: z.strictObject({
    available_updates: z.boolean(),
    download_complete: z.boolean(),
    installation_complete: z.boolean(),
    errors: z.boolean(),
    reboot_warning: z.boolean(),
  }),
});
export type GatewaySettingsBody = z.infer<typeof gatewaySettingsSchema>;

/** Settings of a gateway that nobody has changed yet. */
export function defaultSettings(timezone: string): GatewaySettingsBody {
  return {
    auto_update: {
      enabled: false,
      auto_download: false,
      auto_security: false,
      auto_feature: false,
      auto_reboot: false,
      auto_rollback: true,
    },
    channels: { current: 'stable', available: [...CHANNELS] },
    maintenance_window: { enabled: true, schedule: 'daily', time: '02:00', duration: 7200, days: [...WEEKDAYS], timezone },
    update_strategy: 'seamless',
    verification: { verify_signature: true, verify_checksum: true, verify_size: true },
    safety_constraints: {
      crane_motion_lock: true,
      acs_collision_warning: true,
      ups_battery_check: true,
      minimum_battery_level: 30,
      network_connectivity: true,
      disk_space_threshold: 10,
    },
    notifications: {
      available_updates: true,
      download_complete: true,
      installation_complete: true,
      errors: true,
      reboot_warning: true,
    },
  };
}
