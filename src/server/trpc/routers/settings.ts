import { z } from 'zod';
import { updateSettings } from '../../settings/update-settings';
import { viewSettings } from '../../settings/view-settings';
import { procedure, router } from '../init';

export const settingsRouter = router({
  /** The settings in force, with their version. */
  read: procedure('settings.read')
    .input(z.object({ gatewayId: z.uuid() }))
    .query(({ ctx, input }) => viewSettings(ctx.actor, input.gatewayId)),
  /** Saves the fields that are given, unless someone else has changed the settings since `expectedVersion`. */
  update: procedure('settings.write')
    .input(
      z.object({
        gatewayId: z.uuid(),
        expectedVersion: z.number().int().nonnegative(),
        changes: z.record(z.string().max(40), z.unknown()),
      }),
    )
    .mutation(({ ctx, input }) => updateSettings(ctx.actor, input)),
});
