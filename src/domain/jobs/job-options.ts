import { z } from 'zod';

export const INSTALL_STRATEGIES = ['seamless', 'maintenance', 'immediate'] as const;
export type InstallStrategy = (typeof INSTALL_STRATEGIES)[number];

export const SLOT_IDS = ['A', 'B'] as const;
export type SlotId = (typeof SLOT_IDS)[number];

/** How a job is to be carried out; kept on the job row and sent to the agent. */
export const jobOptionsSchema = z.object({
  verifySignature: z.boolean().default(true),
  verifyChecksum: z.boolean().default(true),
  verifySize: z.boolean().default(true),
  background: z.boolean().default(false),
  speedLimitBytesPerSecond: z.number().int().nonnegative().default(0),
  rebootAfter: z.boolean().default(true),
  rebootDelaySeconds: z.number().int().min(0).max(86_400).default(0),
  verifyInstallation: z.boolean().default(true),
  createSnapshot: z.boolean().default(false),
  /** false: a version that has booted and is not healthy is left by a person's decision only. */
  autoRollback: z.boolean().default(true),
});
export type JobOptions = z.infer<typeof jobOptionsSchema>;
