import { z } from 'zod';
import { gatewaySettingsSchema } from '#/domain/settings/gateway-settings';
import { count, gatewayBody } from './values';

/** Contract: GET /settings. `version` counts the changes; give it back with an update to notice that of someone else. */
export const settingsResponseSchema = z.object({
  ...gatewaySettingsSchema.shape,
  version: count,
});

const part = gatewaySettingsSchema.shape;

/** Contract: POST /settings/update: all members or some. An unknown key or a bad value refuses the whole request. */
export const settingsUpdateSchema = z.strictObject({
  ...gatewayBody,
  version: count.optional().describe('The version that the change is based on; 409 CONFLICT when it is no longer the newest.'),
  auto_update: part.auto_update.partial().optional(),
  channels: part.channels.partial().optional(),
  maintenance_window: part.maintenance_window.partial().optional(),
  update_strategy: part.update_strategy.optional(),
  verification: part.verification.partial().optional(),
  safety_constraints: part.safety_constraints.partial().optional(),
  notifications: part.notifications.partial().optional(),
});

export const settingsUpdatedSchema = z.object({
  status: z.literal('updated'),
  message: z.string(),
  restart_required: z.boolean(),
  changes: z
    .record(z.string(), z.object({ old: z.unknown(), new: z.unknown() }))
    .describe('Only what changed, by dotted path such as "auto_update.enabled".'),
  version: count,
});
