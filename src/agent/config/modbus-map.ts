/** Where a PLC, drive or UPS keeps its values: the register map of a Modbus source in the agent's configuration. */
import { z } from 'zod';

const address = z.number().int().min(0).max(65_535);
const where = { address };

/** A bit of its own, or one bit of a register; `invert` for signals that are true at rest. */
const bitSchema = z.union([
  z.strictObject({ table: z.enum(['coil', 'discrete']), ...where, invert: z.boolean().default(false) }),
  z.strictObject({
    table: z.enum(['input', 'holding']),
    ...where,
    bit: z.number().int().min(0).max(15),
    invert: z.boolean().default(false),
  }),
]);

const numberSchema = z.strictObject({
  table: z.enum(['input', 'holding']),
  ...where,
  type: z.enum(['uint16', 'int16', 'uint32', 'int32', 'float32']).default('uint16'),
  /** Of two registers, the one at the lower address is the high word, or the low one. */
  words: z.enum(['high-first', 'low-first']).default('high-first'),
  scale: z.number().default(1),
  offset: z.number().default(0),
});

/** A number as yes or no: a drive turns when its speed is above this, whichever way. */
const aboveSchema = numberSchema.extend({ above: z.number().nonnegative() });
const flagSchema = z.union([bitSchema, aboveSchema]);
/** True when any of them is: one entry per axis. */
const flagsSchema = z.union([flagSchema, z.array(flagSchema).min(1).max(16)]);
/** A code as a word. A code that is not named is no value. */
const zoneSchema = numberSchema.extend({
  words: numberSchema.shape.words,
  zones: z.record(z.string(), z.enum(['clear', 'warning', 'stop'])),
});

export const modbusMapSchema = z
  .strictObject({
    crane_motion: z
      .strictObject({
        moving: flagsSchema,
        loadSuspended: flagsSchema,
        /** Lock-out/tag-out, where the PLC knows of it. */
        lockedOut: flagsSchema.optional(),
        /** Seconds since the last movement, where the PLC counts them; otherwise the agent counts from what it has seen. */
        restSeconds: numberSchema.optional(),
      })
      .optional(),
    acs_collision: z.strictObject({ distanceM: numberSchema, zone: zoneSchema, fault: flagsSchema.optional() }).optional(),
    ups_battery: z.strictObject({ levelPercent: numberSchema, onBattery: flagsSchema, runtimeSeconds: numberSchema.optional() }).optional(),
    /** A register that the PLC changes all the time: while it stands still the values are as old as its last change. */
    heartbeat: numberSchema.optional(),
  })
  .refine((map) => map.crane_motion ?? map.acs_collision ?? map.ups_battery, 'must map at least one constraint');

export type ModbusMap = z.infer<typeof modbusMapSchema>;
export type ModbusNumber = z.infer<typeof numberSchema>;
export type ModbusFlag = z.infer<typeof flagSchema>;
export type ModbusFlags = z.infer<typeof flagsSchema>;
export type ModbusTable = 'coil' | 'discrete' | 'input' | 'holding';
