/** Which registers a map needs, in as few requests as adjacent addresses allow, and what their contents mean. Pure. */
import type { ModbusFlag, ModbusFlags, ModbusMap, ModbusNumber, ModbusTable } from '../config/modbus-map';

/** One request: so many bits or registers from an address on. */
export type ModbusBlock = { table: ModbusTable; address: number; length: number };
/** Bits as 0 and 1, registers as they are, by table and address. */
export type ModbusContents = ReadonlyMap<string, number>;

/** The specification allows 125 registers and 2000 bits a request. */
const LONGEST_BLOCK = 120;

export const cellKey = (table: ModbusTable, address: number): string => `${table} ${address}`;

/** The requests that a map needs. Only adjacent addresses are joined: a PLC may refuse those between. */
export function planBlocks(map: ModbusMap): ModbusBlock[] {
  const cells = fieldsOf(map).map((field) => ({ table: field.table, address: field.address, length: wordsOf(field) }));
  cells.sort((a, b) => a.table.localeCompare(b.table) || a.address - b.address);
  const blocks: ModbusBlock[] = [];
  for (const cell of cells) {
    const last = blocks.at(-1);
    const end = cell.address + cell.length;
    if (last?.table === cell.table && cell.address <= last.address + last.length && end - last.address <= LONGEST_BLOCK) {
      last.length = Math.max(last.length, end - last.address);
    } else blocks.push(cell);
  }
  return blocks;
}

function fieldsOf(map: ModbusMap): (ModbusFlag | ModbusNumber)[] {
  const { crane_motion: motion, acs_collision: acs, ups_battery: ups, heartbeat } = map;
  const members = [
    ...(motion ? [motion.moving, motion.loadSuspended, motion.restSeconds, motion.lockedOut] : []),
    ...(acs ? [acs.distanceM, acs.zone, acs.fault] : []),
    ...(ups ? [ups.levelPercent, ups.onBattery, ups.runtimeSeconds] : []),
    heartbeat,
  ];
  return members.flatMap((member) => (member === undefined ? [] : member));
}

function wordsOf(field: ModbusFlag | ModbusNumber): number {
  return 'type' in field && ['uint32', 'int32', 'float32'].includes(field.type) ? 2 : 1;
}

/** A register or two as a number, scaled. Throws when it was not read or is none. */
export function numberIn(contents: ModbusContents, field: ModbusNumber): number {
  const raw = rawNumber(contents, field);
  if (!Number.isFinite(raw)) throw new Error(`${field.table} register ${field.address} holds no number`);
  return raw * field.scale + field.offset;
}

function rawNumber(contents: ModbusContents, { table, address, type, words }: ModbusNumber): number {
  const first = cell(contents, table, address);
  const view = new DataView(new ArrayBuffer(4));
  if (type === 'uint16' || type === 'int16') {
    view.setUint16(0, first);
    return type === 'uint16' ? first : view.getInt16(0);
  }
  const second = cell(contents, table, address + 1);
  const [high, low] = words === 'high-first' ? [first, second] : [second, first];
  view.setUint16(0, high);
  view.setUint16(2, low);
  return type === 'uint32' ? view.getUint32(0) : type === 'int32' ? view.getInt32(0) : view.getFloat32(0);
}

/** Whether any of the bits is set, or any of the numbers is above its mark. */
export function flagIn(contents: ModbusContents, flags: ModbusFlags): boolean {
  const all = Array.isArray(flags) ? flags : [flags];
  return all.map((flag) => oneFlag(contents, flag)).some((set) => set);
}

function oneFlag(contents: ModbusContents, flag: ModbusFlag): boolean {
  if ('above' in flag) return Math.abs(numberIn(contents, flag)) > flag.above;
  const value = cell(contents, flag.table, flag.address);
  const set = 'bit' in flag ? ((value >> flag.bit) & 1) === 1 : value === 1;
  return set !== flag.invert;
}

function cell(contents: ModbusContents, table: ModbusTable, address: number): number {
  const value = contents.get(cellKey(table, address));
  if (value === undefined) throw new Error(`${table} ${address} was not read`);
  return value;
}
