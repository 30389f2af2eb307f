/** The agent's configuration: one JSON file, checked as a whole. What it does not say has a safe default. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { CRANE_KINDS } from '#/domain/sites/crane-kinds';
import { EXAMPLE_POLICY, type SafetyPolicy } from '#/domain/safety/policy';
import type { GatewayFolders } from '../recovery/gateway-folders';
import { keySetSchema } from '#/protocol/trust/keyring';
import { modbusMapSchema } from './modbus-map';

const text = z.string().min(1).max(300);
const path = text.startsWith('/', 'must be an absolute path');
const command = z.array(z.string().min(1)).min(1);
const seconds = z.number().positive().max(86_400);

const slotsSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('file'),
    /** Holds slot-a.img, slot-b.img and boot.env. */
    folder: path,
    capacityBytes: z.number().int().positive(),
    /** Versions that do not come up, for trials. */
    badVersions: z.array(z.string()).default([]),
  }),
  z.strictObject({
    kind: z.literal('uboot'),
    deviceA: path,
    deviceB: path,
    fwEnvConfig: path.default('/etc/fw_env.config'),
    /** A default environment for fw_setenv, when neither copy may be valid yet. */
    environmentDefaults: path.optional(),
    rebootCommand: command.default(['systemctl', 'reboot']),
  }),
]);

/** A new version that is not healthy by the deadline is left; it is asked again every so often. */
const patience = { deadlineSeconds: seconds.default(300), everySeconds: seconds.default(2) };
const healthSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('command'), command, ...patience }),
  z.strictObject({ kind: z.literal('http'), url: z.url({ protocol: /^https?$/ }), ...patience }),
  /** The agent itself has a session with the server. */
  z.strictObject({ kind: z.literal('session'), ...patience }),
]);

const timeoutMs = z.number().int().min(50).max(1500).optional();
const sourceSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('file'), name: text, path }),
  z.strictObject({ kind: z.literal('exec'), name: text, command, timeoutMs }),
  z.strictObject({ kind: z.literal('http'), name: text, url: z.url({ protocol: /^https?$/ }), timeoutMs }),
  z.strictObject({
    kind: z.literal('modbus'),
    name: text,
    host: text,
    port: z.number().int().min(1).max(65_535).default(502),
    unitId: z.number().int().min(0).max(255).default(1),
    timeoutMs: timeoutMs.default(500),
    map: modbusMapSchema,
  }),
  z.strictObject({
    kind: z.literal('nut'),
    name: text,
    ups: z.string().regex(/^[A-Za-z0-9_.-]+(@[A-Za-z0-9_.:-]+)?$/, 'must be ups[@host[:port]]'),
    upsc: text.default('upsc'),
    timeoutMs: timeoutMs.default(1000),
  }),
  z.strictObject({
    kind: z.literal('script'),
    craneKind: z.enum(CRANE_KINDS),
    duty: z.enum(['parked', 'idle', 'busy']),
    seed: z.number().int().nonnegative(),
    weakUps: z.boolean().default(false),
    upsPercent: z.number().min(0).max(100).nullable().default(null),
  }),
]);
export type SourceConfig = z.infer<typeof sourceSchema>;

const nonNegative = z.number().nonnegative();
/** Pinned on the gateway: what the server sends can only be stricter (domain/safety/policy.ts). */
const limitsSchema = z.strictObject({
  motionRestSeconds: nonNegative.default(EXAMPLE_POLICY.motionRestMs / 1000),
  acsSoftDistanceM: nonNegative.default(EXAMPLE_POLICY.acsSoftDistanceM),
  acsHardDistanceM: nonNegative.default(EXAMPLE_POLICY.acsHardDistanceM),
  upsSoftPercent: nonNegative.max(100).default(EXAMPLE_POLICY.upsSoftPercent),
  upsHardPercent: nonNegative.max(100).default(EXAMPLE_POLICY.upsHardPercent),
  upsOperationSeconds: nonNegative.default(EXAMPLE_POLICY.upsOperationMs / 1000),
  networkSoftLossPercent: nonNegative.max(100).default(EXAMPLE_POLICY.networkSoftLossPercent),
  networkSoftRttMs: nonNegative.default(EXAMPLE_POLICY.networkSoftRttMs),
  diskHardSpareBytes: nonNegative.int().default(EXAMPLE_POLICY.diskHardSpareBytes),
  networkLeaseSeconds: nonNegative.default(EXAMPLE_POLICY.networkLeaseMs / 1000),
  /** How old a value may be. */
  maxAgeSeconds: z
    .strictObject({
      crane_motion: seconds.default(EXAMPLE_POLICY.maxAgeMs.crane_motion / 1000),
      acs_collision: seconds.default(EXAMPLE_POLICY.maxAgeMs.acs_collision / 1000),
      ups_battery: seconds.default(EXAMPLE_POLICY.maxAgeMs.ups_battery / 1000),
      network_connectivity: seconds.default(EXAMPLE_POLICY.maxAgeMs.network_connectivity / 1000),
      disk_space: seconds.default(EXAMPLE_POLICY.maxAgeMs.disk_space / 1000),
    })
    .prefault({}),
  /** How long a signal must have been clear before it counts as clear. */
  holdSeconds: z
    .strictObject({
      acs_collision: nonNegative.default(EXAMPLE_POLICY.holdMs.acs_collision / 1000),
      ups_battery: nonNegative.default(EXAMPLE_POLICY.holdMs.ups_battery / 1000),
      network_connectivity: nonNegative.default(EXAMPLE_POLICY.holdMs.network_connectivity / 1000),
    })
    .prefault({}),
});

/** The gateway's own data: what snapshots hold, a restore puts back and a reset wipes. Nothing else of the host is ever touched. */
const recoverySchema = z.strictObject({
  dataFolder: path.optional(),
  configFolder: path.optional(),
  logsFolder: path.optional(),
  /** Files inside the configuration folder that a reset keeps when the network is to be preserved. */
  networkFiles: z
    .array(text.regex(/^(?!\/)(?!.*(^|\/)\.\.(\/|$)).+$/, 'must be a path inside the configuration folder'))
    .default(['network.json']),
  /** An image for the worst case that the host keeps; only read. */
  image: path.optional(),
});

export const agentConfigSchema = z.strictObject({
  serverUrl: z.url({ protocol: /^https?$/, error: 'must be an http or https address' }),
  /** Another way to the broker than the one that enrolment names. */
  mqttUrl: z
    .string()
    .regex(/^(mqtts?|wss?):\/\//, 'must begin with mqtt://, mqtts://, ws:// or wss://')
    .optional(),
  dataFolder: path,
  enrolmentToken: z.string().min(20).optional(),
  serialNumber: text.max(120),
  model: text.max(120),
  hardwareRevision: text.max(80),
  slots: slotsSchema,
  health: healthSchema.prefault({ kind: 'session' }),
  signals: z.array(sourceSchema).default([]),
  /** Sources that must tell the motion; with two, both must speak and agree. */
  motionSources: z.number().int().min(1).max(4).default(1),
  limits: limitsSchema.prefault({}),
  recovery: recoverySchema.prefault({}),
  /** Keys that must have signed an image. Absent: those that enrolment brings. Null: none, any image with the right hash is taken. */
  releaseKeys: keySetSchema.nullable().optional(),
  telemetrySeconds: z.number().min(1).max(10).default(5),
  logLevel: z.enum(['debug', 'info', 'warning', 'error']).default('info'),
});
export type AgentConfig = z.infer<typeof agentConfigSchema>;

/** The configuration cannot be used; the message says why in one sentence. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Reads the file. Throws ConfigError. */
export async function readConfig(file: string): Promise<AgentConfig> {
  const content = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new ConfigError(`the configuration ${file} cannot be read: ${error.code === 'ENOENT' ? 'there is no such file' : error.message}`);
  });
  return parseConfig(content, file);
}

export function parseConfig(content: string, file: string): AgentConfig {
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch (error) {
    throw new ConfigError(`the configuration ${file} is not JSON: ${error instanceof Error ? error.message : ''}`);
  }
  const parsed = agentConfigSchema.safeParse(json);
  if (parsed.success) {
    const overlap = foldersThatOverlap(parsed.data);
    if (overlap === null) return parsed.data;
    throw new ConfigError(`the configuration ${file} is not usable: ${overlap}`);
  }
  const faults = parsed.error.issues.map(({ path: where, message }) => {
    return `${where.join('.') || 'the file'} ${isMissing(json, where) ? 'is missing' : `is wrong (${message})`}`;
  });
  throw new ConfigError(`the configuration ${file} is not usable: ${faults.join('; ')}`);
}

function isMissing(json: unknown, where: readonly PropertyKey[]): boolean {
  const value = where.reduce<unknown>(
    (part, key) => (typeof part === 'object' && part !== null ? Reflect.get(part, key) : undefined),
    json,
  );
  return value === undefined;
}

/** The limits of this gateway before any settings of the server. */
export function basePolicyOf({ limits }: AgentConfig): SafetyPolicy {
  const { motionRestSeconds, upsOperationSeconds, networkLeaseSeconds, maxAgeSeconds, holdSeconds, ...same } = limits;
  return {
    ...EXAMPLE_POLICY,
    ...same,
    motionRestMs: motionRestSeconds * 1000,
    upsOperationMs: upsOperationSeconds * 1000,
    networkLeaseMs: networkLeaseSeconds * 1000,
    maxAgeMs: {
      crane_motion: maxAgeSeconds.crane_motion * 1000,
      acs_collision: maxAgeSeconds.acs_collision * 1000,
      ups_battery: maxAgeSeconds.ups_battery * 1000,
      network_connectivity: maxAgeSeconds.network_connectivity * 1000,
      disk_space: maxAgeSeconds.disk_space * 1000,
    },
    holdMs: {
      ...EXAMPLE_POLICY.holdMs,
      acs_collision: holdSeconds.acs_collision * 1000,
      ups_battery: holdSeconds.ups_battery * 1000,
      network_connectivity: holdSeconds.network_connectivity * 1000,
    },
  };
}

/** Where the gateway's own data is. Beside what the agent keeps for itself, unless the host says where. */
export function foldersOf({ recovery, dataFolder }: AgentConfig): GatewayFolders {
  const beside = (name: string) => join(dataFolder, 'gateway', name);
  return {
    data: recovery.dataFolder ?? beside('data'),
    config: recovery.configFolder ?? beside('config'),
    logs: recovery.logsFolder ?? beside('logs'),
    networkFiles: recovery.networkFiles,
  };
}

/** A folder that a reset replaces must hold neither the agent's memory nor a slot nor another such folder. */
function foldersThatOverlap(config: AgentConfig): string | null {
  const { data, config: settings, logs } = foldersOf(config);
  const own = { 'recovery.dataFolder': data, 'recovery.configFolder': settings, 'recovery.logsFolder': logs };
  const others = { dataFolder: config.dataFolder, ...(config.slots.kind === 'file' ? { 'slots.folder': config.slots.folder } : {}) };
  const holds = (outer: string, inner: string) => `${join(inner)}/`.startsWith(`${join(outer).replace(/\/$/, '')}/`);
  for (const [name, folder] of Object.entries(own)) {
    for (const [other, place] of Object.entries({ ...others, ...own })) {
      if (other !== name && holds(folder, place)) return `${name} holds ${other}`;
    }
  }
  return null;
}
