/** FAIRLEAD_HOME/fleet/plan.json: what the seed tells the demo fleet. The agents then enrol and run as every other agent. */
import { z } from 'zod';
import { SLOT_IDS } from '#/domain/jobs/job-options';

export const fleetGatewaySchema = z.object({
  /** Plant name, such as RTM-Q-STS07-GW1. */
  name: z.string().min(1).max(80),
  gatewayId: z.uuid(),
  serialNumber: z.string().min(1).max(120),
  model: z.string().min(1).max(120),
  hardwareRevision: z.string().min(1).max(80),
  /** One-time token; the agent keeps the identity that it gets for it. */
  enrolmentToken: z.string().min(20),
  craneKind: z.enum(['sts', 'rtg', 'rmg', 'asc']),
  /** What was flashed at the factory. */
  activeSlot: z.enum(SLOT_IDS),
  activeVersion: z.string(),
  inactiveVersion: z.string().nullable(),
  /** How the crane works: a repeatable script made from the seed number. parked: never moves. busy: long cycles. idle: rare cycles. */
  duty: z.enum(['parked', 'idle', 'busy']),
  scriptSeed: z.number().int().nonnegative(),
  /** Connectivity: fibre 5 ms; mesh 10–200 ms, 1–5 % loss, drop-outs of minutes; lte: slow and metered. */
  link: z.enum(['fibre', 'mesh', 'lte']),
  /** UPS on battery now and then. */
  weakUps: z.boolean().default(false),
  /** A UPS that never charges beyond this: between the soft and the hard limit it takes an override to update. */
  upsPercent: z.number().min(0).max(100).nullable().default(null),
  /** Versions whose image does not come up on this gateway, to show a fall-back. */
  badVersions: z.array(z.string()).default([]),
  /** False: it pins no release keys and takes unsigned images. */
  pinsKeys: z.boolean().default(true),
  /** Never connects: the fleet leaves it switched off. */
  off: z.boolean().default(false),
});
export type FleetGateway = z.infer<typeof fleetGatewaySchema>;

export const fleetPlanSchema = z.object({
  v: z.literal(1),
  /** Base URL of the web program, for enrolment and downloads. */
  serverUrl: z.url(),
  /** Image file (absolute path) of each version that a slot is flashed with. */
  images: z.record(z.string(), z.string()),
  /** Size of a slot, bytes. */
  slotBytes: z.number().int().positive(),
  gateways: z.array(fleetGatewaySchema),
});
export type FleetPlan = z.infer<typeof fleetPlanSchema>;
