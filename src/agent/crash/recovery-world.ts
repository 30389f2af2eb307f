/** Gateways with files of their own and snapshots of earlier, and what must hold of them at every power-on. For crash tests. */
import { join } from 'node:path';
import type { SignalSet } from '#/domain/safety/signals';
import type { RecoveryOperation, SnapshotOrder } from '#/protocol/mqtt/recovery';
import { MARK_FILE } from '../recovery/swap-folders';
import { slotFile } from '../slots/file-slots';
import { SimDisk } from '../storage/sim-disk';
import { SimClock } from '../testing/sim-clock';
import { clearSignals, FOLDERS, PATHS, SimGateway } from '../testing/sim-gateway';
import { makeImage, type SimImage, sha256Of } from '../testing/sim-images';
import { JOB } from '../testing/sim-orders';
import { type SimCommand, SimServer } from '../testing/sim-server';
import { passwordOf } from './bundle-world';

/** Text of each file of a part, by its name in it. */
export type Files = Record<'data' | 'config' | 'logs', Record<string, string>>;
export const SNAPSHOTS = '/g/data/snapshots';
const EXPIRES = '2030-01-01T00:00:00.000Z';

/** Some files that tell which state they are of in every sector. */
export function filesOf(word: string): Files {
  return {
    data: { 'crane.json': `${word} `.repeat(300), 'calibration/cells.csv': `${word};`.repeat(120), 'counters.json': word },
    config: { 'network.json': `net ${word} `.repeat(80), 'plc.ini': `[${word}]\npassword = ${passwordOf(word)}\n` },
    logs: { 'crane.log': `${word}\nlogged in with password=${passwordOf(word)}\n`.repeat(20) },
  };
}

export function snapshotOrder(more: Partial<SnapshotOrder> = {}): SnapshotOrder {
  return {
    snapshotId: 'SNP-8821X4',
    name: 'before the work',
    type: 'manual',
    contents: ['image', 'data', 'config', 'logs'],
    compression: 'none',
    expiresAt: EXPIRES,
    ...more,
  };
}

export function recoveryCommand(recovery: RecoveryOperation, strategy: 'seamless' | 'immediate' = 'seamless'): SimCommand {
  const when = { notBeforeAt: null, windowEndsAt: null };
  return { id: 'c1', seq: 1, body: { name: 'recovery.start', ...JOB, strategy, reason: 'test', recovery, ...when }, when: () => true };
}

export const cancelIn = (state: string): SimCommand => ({
  id: 'c2',
  seq: 2,
  body: { name: 'job.cancel', ...JOB, reason: 'the berth is needed', cleanup: true },
  when: (server) => server.states().includes(state),
});

export function weakBattery(clock: SimClock): SignalSet {
  const signals = clearSignals(clock);
  if (signals.ups_battery) signals.ups_battery.value.levelPercent = 25;
  return signals;
}

export function furnish(disk: SimDisk, files: Files): void {
  for (const part of ['data', 'config', 'logs'] as const) {
    for (const [name, text] of Object.entries(files[part])) disk.plant(join(FOLDERS[part], name), new TextEncoder().encode(text));
  }
}

/** The files of a finished snapshot, by name, as a gateway with this image and these files makes it. */
export async function makeSnapshot(
  image: SimImage,
  files: Files,
  order: SnapshotOrder,
): Promise<{ files: Map<string, Uint8Array>; sha256: string }> {
  const disk = new SimDisk();
  disk.plant(slotFile(PATHS.slots, 'A'), image.bytes);
  furnish(disk, files);
  const server = new SimServer([recoveryCommand({ operation: 'snapshot', snapshot: order })]);
  const gateway = await SimGateway.powerOn(disk, { clock: new SimClock(), server, image: makeImage('none', 10) });
  await gateway.over;
  const after = await gateway.powerOff();
  const made = new Map(after.names(SNAPSHOTS).map((name) => [name, after.peek(join(SNAPSHOTS, name)) ?? new Uint8Array()]));
  return { files: made, sha256: gateway.recovery.snapshots.find(order.snapshotId)?.sha256 ?? '' };
}

/** A part as it is in place, without the agent's mark; null when the folder is not there. */
export function partOf(disk: SimDisk, part: 'data' | 'config'): Record<string, string> | null {
  const names = disk.names(FOLDERS[part]);
  if (names.length === 0) return null;
  const texts = names.filter((name) => name !== MARK_FILE).map((name): [string, string] => [name, textOf(disk, join(FOLDERS[part], name))]);
  return Object.fromEntries(texts);
}

function textOf(disk: SimDisk, path: string): string {
  return new TextDecoder().decode(disk.peek(path) ?? new Uint8Array());
}

export function sameFiles(a: Record<string, string> | null, b: Record<string, string>): boolean {
  const sorted = (files: Record<string, string>) => JSON.stringify(Object.entries(files).sort());
  return a !== null && sorted(a) === sorted(b);
}

/** A snapshot that is listed is whole; the server's list is the gateway's. */
export function checkSnapshots(gateway: SimGateway, isEnd: boolean): string[] {
  const { snapshots } = gateway.recovery;
  const faults = snapshots.list().flatMap((record) => {
    const bytes = gateway.disk.peek(snapshots.pathOf(record)) ?? new Uint8Array();
    return sha256Of(bytes) === record.sha256 ? [] : [`snapshot ${record.id} is listed and not whole`];
  });
  if (!isEnd) return faults;
  const kept = new Set(snapshots.list().flatMap((record) => [`${record.id}.json`, snapshots.pathOf(record).slice(SNAPSHOTS.length + 1)]));
  const spare = gateway.disk.names(SNAPSHOTS).filter((name) => !kept.has(name));
  if (spare.length > 0) faults.push(`left in the snapshots: ${spare.join(' ')}`);
  const beside = gateway.disk.names('/g/own').filter((name) => name.includes('.fairlead-') && !name.endsWith(MARK_FILE));
  if (beside.length > 0) faults.push(`left beside the folders: ${beside.join(' ')}`);
  return faults;
}
