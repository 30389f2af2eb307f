/** Signals of a PLC, drive or UPS over Modbus TCP, by the register map of the configuration. Reads only, never writes. */
import ModbusRTU from 'modbus-serial';
import type { Constraint } from '#/domain/safety/signals';
import type { ModbusMap } from '../config/modbus-map';
import type { Clock } from '../ports';
import { cellKey, flagIn, type ModbusBlock, type ModbusContents, numberIn, planBlocks } from './modbus-registers';
import { createRestTime, type RestTime } from './rest-time';
import { parseReading, type SignalSource } from './signal-source';

export type ModbusOptions = { name: string; host: string; port: number; unitId: number; timeoutMs: number; map: ModbusMap };

/** Keeps one connection, and a new one is made at the first look after it failed. */
export function createModbusSource(options: ModbusOptions, clock: Clock): SignalSource {
  const { name, host, port, unitId, timeoutMs, map } = options;
  const blocks = planBlocks(map);
  const rest = createRestTime(clock);
  let opening: Promise<ModbusRTU> | null = null;
  let pulse: { value: number; changedAtMs: number | null } | null = null;

  function drop(): void {
    const dropped = opening;
    opening = null;
    dropped?.then((client) => client.destroy(() => {})).catch(() => {});
  }

  async function open(): Promise<ModbusRTU> {
    const client = new ModbusRTU();
    client.on('error', drop);
    client.on('close', () => {
      opening = null;
    });
    client.setID(unitId);
    client.setTimeout(timeoutMs);
    await client.connectTCP(host, { host, port, timeout: timeoutMs });
    return client;
  }

  /** When the PLC last proved that it is alive; the time of asking where it has no heartbeat. */
  function sampleTime(contents: ModbusContents, askedAtMs: number): number {
    if (map.heartbeat === undefined) return askedAtMs;
    const value = numberIn(contents, map.heartbeat);
    if (pulse === null) pulse = { value, changedAtMs: null };
    else if (pulse.value !== value) pulse = { value, changedAtMs: askedAtMs };
    if (pulse.changedAtMs === null) throw new Error('the heartbeat has not changed yet');
    return pulse.changedAtMs;
  }

  return {
    name,
    timeoutMs,
    ...(map.crane_motion ? { givesMotion: true } : {}),
    async read(signal) {
      const askedAtMs = clock.nowMs();
      signal.addEventListener('abort', drop, { once: true });
      try {
        opening ??= open();
        const contents = await readBlocks(await opening, blocks);
        return parseReading(valuesOf(map, contents, rest), sampleTime(contents, askedAtMs));
      } catch (error) {
        // A PLC that refuses an address is there; everything else may be a dead connection.
        if (!(error instanceof Error && 'modbusCode' in error)) drop();
        throw error;
      } finally {
        signal.removeEventListener('abort', drop);
      }
    },
  };
}

async function readBlocks(client: ModbusRTU, blocks: readonly ModbusBlock[]): Promise<ModbusContents> {
  const contents = new Map<string, number>();
  for (const block of blocks) {
    const found = await readBlock(client, block);
    for (let index = 0; index < block.length; index += 1) contents.set(cellKey(block.table, block.address + index), Number(found[index]));
  }
  return contents;
}

async function readBlock(client: ModbusRTU, { table, address, length }: ModbusBlock): Promise<readonly (number | boolean)[]> {
  switch (table) {
    case 'coil':
      return (await client.readCoils(address, length)).data;
    case 'discrete':
      return (await client.readDiscreteInputs(address, length)).data;
    case 'input':
      return (await client.readInputRegisters(address, length)).data;
    case 'holding':
      return (await client.readHoldingRegisters(address, length)).data;
  }
}

/** What the registers say, as a reading; parseReading leaves out what is no value (a zone without a name, 300 per cent). */
function valuesOf(map: ModbusMap, contents: ModbusContents, rest: RestTime): Partial<Record<Constraint, unknown>> {
  const { crane_motion: motion, acs_collision: acs, ups_battery: ups } = map;
  return {
    ...(motion ? { crane_motion: motionOf(motion, contents, rest) } : {}),
    ...(acs
      ? {
          acs_collision: {
            distanceM: numberIn(contents, acs.distanceM),
            zone: acs.zone.zones[String(numberIn(contents, acs.zone))],
            fault: acs.fault ? flagIn(contents, acs.fault) : false,
          },
        }
      : {}),
    ...(ups
      ? {
          ups_battery: {
            levelPercent: numberIn(contents, ups.levelPercent),
            onBattery: flagIn(contents, ups.onBattery),
            runtimeSeconds: ups.runtimeSeconds ? numberIn(contents, ups.runtimeSeconds) : null,
          },
        }
      : {}),
  };
}

function motionOf(motion: NonNullable<ModbusMap['crane_motion']>, contents: ModbusContents, rest: RestTime) {
  const moving = flagIn(contents, motion.moving);
  const restMs = motion.restSeconds && !moving ? numberIn(contents, motion.restSeconds) * 1000 : null;
  return {
    moving,
    loadSuspended: flagIn(contents, motion.loadSuspended),
    lastMovementAt: rest.lastMovementAt(moving, restMs),
    ...(motion.lockedOut ? { lockedOut: flagIn(contents, motion.lockedOut) } : {}),
  };
}
