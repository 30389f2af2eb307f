/** FAIRLEAD_HOME/demo.json: how people and programs reach the demo. Made by the seed, readable by its owner only. */
import { z } from 'zod';
import { ROLES } from '#/domain/access/roles';

export const demoInfoSchema = z.object({
  url: z.url(),
  mqtt_url: z.string().min(1),
  users: z.array(
    z.object({
      email: z.email(),
      password: z.string().min(12),
      role: z.enum(ROLES),
      pin: z.string().nullable(),
      /** API token of this person. */
      token: z.string().min(20),
    }),
  ),
  /** A supervisor's token, bound to one gateway whose crane is parked and that has an update on offer. */
  gateway_token: z.object({ token: z.string().min(20), gateway_id: z.uuid() }),
});
export type DemoInfo = z.infer<typeof demoInfoSchema>;
