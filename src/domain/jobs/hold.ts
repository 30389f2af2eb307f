import { z } from 'zod';
import { CONSTRAINTS } from '../safety/signals';

export const HOLD_KINDS = [
  'interlock',
  'maintenance_window',
  'approval',
  'decision',
  'concurrency',
  'gateway_offline',
  'reboot_delay',
  'network',
  'disk',
] as const;

/** One entry of "why not now": what holds a job, and what would clear it. Ordered most lasting first. */
export const holdSchema = z.object({
  kind: z.enum(HOLD_KINDS),
  constraint: z.enum(CONSTRAINTS).optional(),
  hard: z.boolean().optional(),
  /** Present value and limit as text with unit, e.g. "3.2 m" and "≥ 15 m". */
  value: z.string().max(120).optional(),
  limit: z.string().max(120).optional(),
  source: z.string().max(80).optional(),
  ageMs: z.number().nonnegative().optional(),
  /** Nothing can be told by it: no fresh value, sources that disagree, or no word from the server yet. */
  unseen: z.boolean().optional(),
  message: z.string().max(400),
  clearsWhen: z.string().max(400),
  clearsAt: z.string().optional(),
  /** The override whose approval is waited for; an approval without one is that of the order itself. */
  overrideId: z.string().max(40).optional(),
});
export type Hold = z.infer<typeof holdSchema>;
