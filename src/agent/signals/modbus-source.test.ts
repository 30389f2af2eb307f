/** Against a Modbus TCP server in a process of its own. */
import { type ChildProcess, fork } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ModbusMap, modbusMapSchema } from '../config/modbus-map';
import { systemClock } from '../clock';
import { listenOnFreePort } from '../testing/listen';
import type { PlcMessage } from '../testing/modbus-plc';
import { planBlocks } from './modbus-registers';
import { createModbusSource } from './modbus-source';
import type { SignalSource } from './signal-source';

const MAP = modbusMapSchema.parse({
  crane_motion: {
    moving: [
      { table: 'input', address: 10, type: 'int16', scale: 0.001, above: 0.02 },
      { table: 'discrete', address: 3, invert: true },
    ],
    loadSuspended: { table: 'holding', address: 40, bit: 9 },
    restSeconds: { table: 'input', address: 11, type: 'uint32' },
  },
  acs_collision: {
    distanceM: { table: 'input', address: 20, type: 'float32', words: 'low-first' },
    zone: { table: 'holding', address: 41, zones: { 0: 'clear', 1: 'warning', 2: 'stop' } },
    fault: { table: 'coil', address: 0 },
  },
  ups_battery: {
    levelPercent: { table: 'input', address: 13, scale: 0.1, offset: -10 },
    onBattery: { table: 'coil', address: 1 },
    runtimeSeconds: { table: 'input', address: 14, scale: 60 },
  },
});
const signal = () => new AbortController().signal;

let plc: ChildProcess;
let port: number;

async function startPlc(): Promise<void> {
  plc = fork(join(import.meta.dirname, '../testing/modbus-plc.ts'), [String(port)], { execArgv: [] });
  await heard('listening');
  await set('input', 10, [0, 0, 95, 970, 25]);
  const metres = new DataView(new ArrayBuffer(4));
  metres.setFloat32(0, 22.25);
  await set('input', 20, [metres.getUint16(2), metres.getUint16(0)]);
  await set('holding', 40, [0b0000_0001_0000_0000, 0]);
  await set('coil', 0, [0, 1]);
  await set('discrete', 3, [1]);
}

function heard(word: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const gone = () => reject(new Error('the PLC ended'));
    plc.once('exit', gone);
    plc.once('message', (message) => {
      plc.off('exit', gone);
      if (message === word) resolve();
      else reject(new Error(String(message)));
    });
  });
}

function tell(message: PlcMessage): Promise<void> {
  const done = heard('done');
  plc.send(message);
  return done;
}
const set = (table: Extract<PlcMessage, { set: string }>['set'], address: number, values: number[]) =>
  tell({ set: table, address, values });
const open = (map: ModbusMap = MAP, timeoutMs = 20_000): SignalSource =>
  createModbusSource({ name: 'PLC', host: '127.0.0.1', port, unitId: 7, timeoutMs, map }, systemClock);

beforeAll(async () => {
  const probe = createServer();
  port = await listenOnFreePort(probe);
  await new Promise((resolve) => probe.close(resolve));
  await startPlc();
});
afterAll(() => {
  plc.removeAllListeners();
  plc.kill();
});

describe('a Modbus TCP source', () => {
  it('reads bits, fields of bits and scaled numbers of every kind', async () => {
    const askedMs = Date.now();
    const reading = await open().read(signal());
    expect(reading.crane_motion?.value).toMatchObject({ moving: false, loadSuspended: false });
    const movedMs = Date.parse(reading.crane_motion?.value.lastMovementAt ?? '');
    expect(movedMs).toBeGreaterThan(askedMs - 95_000 - 1500);
    expect(movedMs).toBeLessThan(Date.now() - 95_000 + 1500);
    expect(reading.acs_collision?.value).toEqual({ distanceM: 22.25, zone: 'clear', fault: false });
    expect(reading.ups_battery?.value).toEqual({ levelPercent: 87, onBattery: true, runtimeSeconds: 1500 });
    expect(reading.crane_motion?.sampledAtMs).toBeGreaterThanOrEqual(askedMs);
  });

  it('sees the crane move on any axis, in either direction, and a load', async () => {
    const source = open();
    await set('input', 10, [65_536 - 300]);
    expect((await source.read(signal())).crane_motion?.value).toMatchObject({ moving: true, loadSuspended: false });
    await set('input', 10, [15]);
    expect((await source.read(signal())).crane_motion?.value.moving).toBe(false);
    await set('discrete', 3, [0]);
    await set('holding', 40, [0b0000_0010_0000_0000]);
    expect((await source.read(signal())).crane_motion?.value).toMatchObject({ moving: true, loadSuspended: true });
    await set('discrete', 3, [1]);
    await set('holding', 40, [0]);
  });

  it('knows of lock-out/tag-out where the map says where', async () => {
    const source = open(
      modbusMapSchema.parse({ crane_motion: { ...MAP.crane_motion, lockedOut: { table: 'holding', address: 40, bit: 8 } } }),
    );
    await set('holding', 40, [0b0000_0001_0000_0000]);
    expect((await source.read(signal())).crane_motion?.value).toMatchObject({ moving: false, loadSuspended: false, lockedOut: true });
    await set('holding', 40, [0]);
    expect((await source.read(signal())).crane_motion?.value.lockedOut).toBe(false);
    expect((await open().read(signal())).crane_motion?.value.lockedOut).toBeUndefined();
  });

  it('leaves out what is no value: a zone without a name, more than 100 per cent', async () => {
    await set('holding', 41, [9]);
    await set('input', 13, [5000]);
    expect(Object.keys(await open().read(signal()))).toEqual(['crane_motion']);
    await set('holding', 41, [0]);
    await set('input', 13, [970]);
  });

  it('an address that the PLC does not have is a failure', async () => {
    const map = modbusMapSchema.parse({ acs_collision: { ...MAP.acs_collision, distanceM: { table: 'input', address: 900 } } });
    await expect(open(map).read(signal())).rejects.toThrow(/illegal data address/i);
  });

  it('without a rest counter the agent counts, and what was before counts as movement', async () => {
    const { restSeconds: _, ...motion } = MAP.crane_motion ?? {};
    const source = open(modbusMapSchema.parse({ crane_motion: motion }));
    const startedMs = Date.now();
    const first = Date.parse((await source.read(signal())).crane_motion?.value.lastMovementAt ?? '');
    expect(first).toBeGreaterThanOrEqual(startedMs - 50);
    expect((await source.read(signal())).crane_motion?.value.lastMovementAt).toBeDefined();
  });

  it('values are as old as the heartbeat, and there are none before it beats', async () => {
    const source = open(modbusMapSchema.parse({ ups_battery: MAP.ups_battery, heartbeat: { table: 'holding', address: 50 } }));
    await set('holding', 50, [1]);
    await expect(source.read(signal())).rejects.toThrow('heartbeat');
    const beforeMs = Date.now();
    await set('holding', 50, [2]);
    const beat = (await source.read(signal())).ups_battery?.sampledAtMs ?? 0;
    expect(beat).toBeGreaterThanOrEqual(beforeMs);
    expect((await source.read(signal())).ups_battery?.sampledAtMs).toBe(beat);
  });

  it('a PLC that hangs or dies is a failure in time, and is asked anew when it is back', async () => {
    const source = open(MAP, 4000);
    await source.read(signal());
    await tell({ hang: true });
    const askedMs = performance.now();
    await expect(source.read(signal())).rejects.toThrow();
    expect(performance.now() - askedMs).toBeLessThan(20_000);
    plc.removeAllListeners();
    plc.kill('SIGKILL');
    await new Promise((resolve) => plc.once('exit', resolve));
    await expect(source.read(signal())).rejects.toThrow();
    await startPlc();
    expect((await source.read(signal())).ups_battery?.value.levelPercent).toBe(87);
  });
});

describe('the requests of a map', () => {
  it('join adjacent addresses of a table and nothing else', () => {
    expect(planBlocks(MAP)).toEqual([
      { table: 'coil', address: 0, length: 2 },
      { table: 'discrete', address: 3, length: 1 },
      { table: 'holding', address: 40, length: 2 },
      { table: 'input', address: 10, length: 5 },
      { table: 'input', address: 20, length: 2 },
    ]);
  });

  it.each([
    [{}, 'at least one constraint'],
    [{ ups_battery: { levelPercent: { table: 'coil', address: 1 }, onBattery: { table: 'coil', address: 1 } } }, 'table'],
    [{ crane_motion: { moving: { table: 'holding', address: 1 }, loadSuspended: [] } }, 'crane_motion'],
  ])('a map that cannot be right is refused: %j', (map, word) => {
    expect(JSON.stringify(modbusMapSchema.safeParse(map).error?.issues)).toContain(word);
  });
});
