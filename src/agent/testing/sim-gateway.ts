/**
 * One life of a gateway on a simulated disk: power on, bootloader, journal, outbox, engine and the command door, until the
 * power is cut, the gateway restarts itself, or the server has the end of the job. For tests.
 */
import type { SignalSet } from '#/domain/safety/signals';
import type { CommandBody } from '#/protocol/mqtt/commands';
import type { DurableBody, ProgressReport } from '#/protocol/mqtt/events';
import type { KeySet } from '#/protocol/trust/keyring';
import type { HealthResult } from '../health/health-check';
import { type Journal, openJournal } from '../journal/journal';
import { type Outbox, openOutbox } from '../outbox/outbox';
import type { PinnedKey } from '../commands/open-signed';
import type { Clock, UpdateEngine } from '../ports';
import { createGrantDesk, type GrantDesk } from '../safety/grant-desk';
import { createNonces, type Nonces } from '../safety/nonces';
import type { GatewayFolders } from '../recovery/gateway-folders';
import { openRecovery, type Recovery } from '../recovery/open-recovery';
import { policyOf } from '../safety/policy-in-force';
import { type FileSlots, openFileSlots } from '../slots/file-slots';
import { openPins, type Pins } from '../trust/pins';
import type { SimDisk } from '../storage/sim-disk';
import { createUpdateEngine } from '../update/engine';
import type { EngineTuning } from '../update/engine-deps';
import type { SimClock } from './sim-clock';
import { type SimImage, serveInMemory } from './sim-images';
import type { SimServer } from './sim-server';

export type SimPlant = {
  clock: SimClock;
  server: SimServer;
  image: SimImage;
  badVersions?: readonly string[];
  health?: () => HealthResult;
  signals?: (clock: SimClock) => SignalSet;
  tuning?: Partial<EngineTuning>;
  fetchHttp?: typeof fetch;
  /** Updates fetch only what the slots lack; `fetchHttp` has to serve it (delta-site.ts). */
  delta?: boolean;
  hardwareRevision?: string;
  /** Of every life: the agent restarts, the machine does not. */
  bootId?: string;
  /** Finishes an order on its way to this gateway: a grant names the boot and its nonce. */
  prepare?: (body: CommandBody, gateway: SimGateway) => Promise<CommandBody>;
  /** Told right before the slot is written, the bootloader switched, the machine restarted, and the bootloader told to keep what runs. */
  beforeAct?: (act: 'write' | 'switch' | 'restart' | 'keep', gateway: SimGateway) => void;
  /** Who it is to the server; absent: GATEWAY_ID. */
  gatewayId?: string;
  /** Pinned keys that sign releases; absent: none. */
  releaseKeys?: KeySet;
  /** Pinned keys that sign grants. */
  grantKeys?: PinnedKey[];
  /** How long nothing has been heard of the server; 0 when it is not said. */
  silentForMs?: () => number | null;
};

export const GATEWAY_ID = 'G-1';
export const PATHS = {
  slots: '/g',
  journal: '/g/data/journal.json',
  outbox: '/g/data/outbox',
  staging: '/g/data/staging',
  delta: '/g/data/delta',
};
/** The gateway's own data, beside the agent's. */
export const FOLDERS: GatewayFolders = {
  data: '/g/own/data',
  config: '/g/own/config',
  logs: '/g/own/logs',
  networkFiles: ['network.json'],
};

/** Everything in order, sampled now. */
export function clearSignals(clock: Pick<Clock, 'nowMs'>): SignalSet {
  const sampledAt = new Date(clock.nowMs()).toISOString();
  const base = { source: 'sim', sampledAt, clearSinceAt: '2026-01-01T00:00:00.000Z' };
  return {
    crane_motion: { ...base, value: { moving: false, loadSuspended: false, sourcesDisagree: false, lastMovementAt: null } },
    acs_collision: { ...base, value: { distanceM: 40, zone: 'clear', fault: false } },
    ups_battery: { ...base, value: { levelPercent: 100, onBattery: false, runtimeSeconds: null } },
    network_connectivity: { ...base, value: { rttMs: 20, lossPercent: 0, sessionAgeMs: 0 } },
    disk_space: { ...base, value: { freeBytes: 8e9, totalBytes: 1e10 } },
  };
}

export class SimGateway {
  readonly progress: Omit<ProgressReport, 'v' | 'at'>[] = [];
  /** Resolves with the reason when the gateway restarts itself. */
  readonly restarts: Promise<string>;
  #restart: (reason: string) => void = () => {};
  #door: Promise<void> = Promise.resolve();
  #over: () => void = () => {};
  /** Resolves when the server has everything and the job has ended. */
  readonly over: Promise<void>;

  private constructor(
    readonly disk: SimDisk,
    readonly plant: SimPlant,
    readonly slots: FileSlots,
    readonly journal: Journal,
    readonly outbox: Outbox,
  ) {
    this.restarts = new Promise((resolve) => {
      this.#restart = resolve;
    });
    this.over = new Promise((resolve) => {
      this.#over = resolve;
    });
  }

  engine!: UpdateEngine;
  grants!: GrantDesk;
  pins: Pins | null = null;
  nonces!: Nonces;
  recovery!: Recovery;

  /** Throws NothingBootsError when the gateway is lost. */
  static async powerOn(disk: SimDisk, plant: SimPlant): Promise<SimGateway> {
    const storage = disk.storage();
    const { clock, server } = plant;
    clock.goOn();
    const slots = await openFileSlots({
      storage,
      folder: PATHS.slots,
      clock,
      capacityBytes: 1e6,
      badVersions: plant.badVersions,
      ...(plant.bootId ? { newBootId: () => plant.bootId ?? '' } : {}),
    });
    const journal = await openJournal(storage, PATHS.journal);
    const outbox = await openOutbox({ storage, folder: PATHS.outbox, clock, segmentBytes: 2000 });
    const gateway = new SimGateway(disk, plant, slots, journal, outbox);
    const reporter = {
      durable: async (body: DurableBody) => void (await outbox.append(body)),
      progress: (report: Omit<ProgressReport, 'v' | 'at'>) => void gateway.progress.push(report),
    };
    let grantKeys = plant.grantKeys ?? [];
    gateway.nonces = createNonces(clock);
    gateway.grants = createGrantDesk({
      gatewayId: GATEWAY_ID,
      bootId: slots.bootId,
      clock,
      journal,
      reporter,
      nonces: gateway.nonces,
      keys: () => grantKeys,
      policy: () => policyOf(journal.read()),
      silentForMs: plant.silentForMs ?? (() => 0),
    });
    const signals = { read: async () => (plant.signals ?? clearSignals)(clock) };
    const fetchHttp = plant.fetchHttp ?? serveInMemory(plant.image.packed?.file ?? plant.image.bytes, 2048);
    const webServer = { baseUrl: 'http://server/', gatewayId: plant.gatewayId ?? GATEWAY_ID, secret: 's' };
    gateway.recovery = await openRecovery({
      ...{ storage, clock, reporter, journal, signals, fetchHttp },
      dataFolder: '/g/data',
      folders: FOLDERS,
      recoveryImage: null,
      policy: () => policyOf(journal.read()),
      server: webServer,
      secrets: [],
      facts: async () => ({ journal: journal.read() }),
      onError: (message) => server.lies.push(message),
      retryMs: 1,
    });
    if (plant.releaseKeys) gateway.pins = await openPins(storage, '/g/data/pins.json', plant.releaseKeys);
    gateway.engine = createUpdateEngine({
      ...(gateway.pins ? { pins: gateway.pins } : {}),
      clock,
      storage,
      stagingFolder: PATHS.staging,
      slots: {
        ...slots,
        openForWrite(slot) {
          plant.beforeAct?.('write', gateway);
          return slots.openForWrite(slot);
        },
        env: {
          ...slots.env,
          write(changes) {
            if (changes.upgrade_available === '1') plant.beforeAct?.('switch', gateway);
            if (changes.upgrade_available === '0' && changes.boot_slot === undefined) plant.beforeAct?.('keep', gateway);
            return slots.env.write(changes);
          },
        },
      },
      journal,
      reporter,
      grants: gateway.grants,
      pinGrantKeys: async (keys) => {
        grantKeys = keys;
      },
      signals,
      recovery: gateway.recovery,
      rebooter: {
        reboot(reason) {
          plant.beforeAct?.('restart', gateway);
          gateway.#restart(reason);
          // What runs now ends with this boot.
          return new Promise(() => {});
        },
      },
      health: async () => (plant.health ?? (() => ({ ok: true }) as const))(),
      fetchHttp,
      ...(plant.delta ? { delta: { folder: PATHS.delta, xdelta3: null } } : {}),
      server: webServer,
      hardwareRevision: plant.hardwareRevision,
      tuning: { writeChunkBytes: 2048, ...plant.tuning },
    });
    await gateway.engine.start();
    await gateway.recovery.bundles.start();
    outbox.onAppend(() => gateway.talk(server));
    gateway.talk(server);
    return gateway;
  }

  /** Sends what waits, takes the confirmation, and carries out what the server orders. */
  talk(server: SimServer): void {
    const waiting = this.outbox.pending(0, 1000);
    for (const event of waiting) server.take(event);
    const last = waiting.at(-1);
    if (last) void this.outbox.confirm(last.epoch, last.n);
    this.#door = this.#door.then(async () => {
      for (let command = server.due(); command !== null; command = server.due()) {
        await this.#obey(command);
        for (const event of this.outbox.pending(0, 1000)) server.take(event);
      }
      if (server.isOver()) this.#over();
    });
  }

  async #obey(command: { id: string; seq: number; body: Parameters<UpdateEngine['handle']>[0] }): Promise<void> {
    const { commandLog } = this.journal;
    const known = commandLog.find(command.id);
    const carryOut = async () => {
      const body = (await this.plant.prepare?.(command.body, this)) ?? command.body;
      return known ?? this.engine.handle(body);
    };
    const result = await (command.body.name === 'grant.offer' ? this.plant.clock.during(carryOut) : carryOut());
    const record = { id: command.id, seq: command.seq, code: result.code, message: result.message, details: result.details ?? {} };
    await commandLog.record(record);
    const { id: commandId, ...answer } = record;
    await this.outbox.append({ type: 'command_result', commandId, ...answer });
  }

  /** Ends this life in order; the disk keeps everything. */
  async powerOff(): Promise<SimDisk> {
    await this.engine.stop();
    await this.recovery.bundles.stop();
    await this.outbox.close();
    const after = this.disk.afterCut('killed', 0);
    this.disk.powerOff();
    return after;
  }
}
