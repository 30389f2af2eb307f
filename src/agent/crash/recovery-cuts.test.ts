/**
 * Crash consistency of recovery: the power is cut during every disk operation of a snapshot, a rollback, a restore, restored
 * files, a factory reset and the debug bundle beside some of them, in ways drawn by a seed; each time the gateway starts from what is
 * left and goes on to the end.
 */
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { StatePart } from '#/protocol/mqtt/recovery';
import type { HealthResult } from '../health/health-check';
import { slotFile } from '../slots/file-slots';
import { type CrashMode, seededRandom } from '../storage/power-cut';
import { SimDisk } from '../storage/sim-disk';
import { type GrantOffice, openGrantOffice } from '../testing/grant-office';
import { SimClock } from '../testing/sim-clock';
import { PATHS, type SimGateway } from '../testing/sim-gateway';
import { makeImage, serveInMemory, type SimImage } from '../testing/sim-images';
import { deployOrder } from '../testing/sim-orders';
import { type SimCommand, SimServer } from '../testing/sim-server';
import { bundleCommand, bundleDoor, checkBundles, passwordOf } from './bundle-world';
import { grantCommands, grantsOf } from './crash-grants';
import { type CrashPlant, liveOn } from './crash-run';
import {
  cancelIn,
  checkSnapshots,
  type Files,
  filesOf,
  furnish,
  makeSnapshot,
  partOf,
  recoveryCommand,
  sameFiles,
  SNAPSHOTS,
  snapshotOrder,
  weakBattery,
} from './recovery-world';

const oldImage = makeImage('v5.0.4', 3000);
const formerImage = makeImage('v5.0.3', 4000);
const newImage = makeImage('v5.0.5', 5000);
const [now, then] = [filesOf('now'), filesOf('then')];
const secrets = [passwordOf('now'), passwordOf('then')];
const [BOTH, CONFIG] = [['data', 'config'], ['config']] as const;
const MODES: CrashMode[] = ['killed', 'finished', 'lost', 'torn', 'torn', 'torn'];
/** Of the ways in which a cut can end, this many are tried at each operation; RECOVERY_WAYS and RECOVERY_SEED make a longer or another run. */
const WAYS_PER_CUT = Number(process.env.RECOVERY_WAYS ?? 1);
const SEED = Number(process.env.RECOVERY_SEED ?? 7);

type Path = {
  name: string;
  commands: () => SimCommand[];
  /** What B holds when it runs. */
  image: SimImage;
  ends: string[];
  keepsSlot?: boolean;
  badVersions?: string[];
  health?: () => HealthResult;
  plantSnapshot?: boolean;
  /** There is a snapshot without an image, of these parts. */
  plantFiles?: readonly StatePart[];
  /** The battery is weak all the time: it takes a grant, which is given whenever one is missing. */
  needsGrants?: boolean;
  /** Nothing of the folders is gone before there is a backup of them. */
  wipes?: boolean;
  /** The files in place, by what runs and what has been reported. */
  expects: (slot: 'A' | 'B', gateway: SimGateway) => Pick<Files, 'data' | 'config'>[];
  atEnd?: (gateway: SimGateway) => string[];
};

let office: GrantOffice;
let snapshot: Awaited<ReturnType<typeof makeSnapshot>>;
const backups = new Map<string, Awaited<ReturnType<typeof makeSnapshot>>>();
beforeAll(async () => {
  office = await openGrantOffice();
  snapshot = await makeSnapshot(formerImage, then, snapshotOrder({ type: 'automatic' }));
  for (const contents of [BOTH, CONFIG]) {
    backups.set(
      contents.join(),
      await makeSnapshot(formerImage, then, snapshotOrder({ snapshotId: 'SNP-FILES1', contents: [...contents] })),
    );
  }
});

const restore = (): SimCommand =>
  recoveryCommand({
    operation: 'restore',
    snapshotId: 'SNP-8821X4',
    sha256: snapshot.sha256,
    version: formerImage.version,
    targetSlot: 'B',
    verify: true,
  });
const restoreFiles = (parts: readonly StatePart[]): SimCommand =>
  recoveryCommand({
    operation: 'restore_files',
    snapshotId: 'SNP-FILES1',
    sha256: backups.get(parts.join())?.sha256 ?? '',
    parts: [...parts],
  });
const rollback = recoveryCommand({
  operation: 'rollback',
  targetSlot: 'B',
  version: formerImage.version,
  verify: true,
  preserveData: false,
});
/** Data goes with the version; after the other one is put back, everything is. */
const bySlot = (slot: 'A' | 'B') => [slot === 'A' ? now : then];
const dataBySlot = (slot: 'A' | 'B') => [{ data: slot === 'A' ? now.data : then.data, config: now.config }];
const empty = { data: {}, config: { 'network.json': now.config['network.json'] ?? '' } };
const has = (gateway: SimGateway, id: string) => gateway.recovery.snapshots.find(id)?.state === 'ready';

const reset = (): SimCommand =>
  recoveryCommand({
    operation: 'factory_reset',
    resetType: 'complete',
    backup: snapshotOrder({ snapshotId: 'SNP-BACKUP1', name: 'backup', contents: ['data', 'config'] }),
    preserveNetwork: true,
  });
/** Whole or not begun, and the backup before it. */
const RESET: Pick<Path, 'image' | 'ends' | 'keepsSlot' | 'plantSnapshot' | 'expects' | 'atEnd' | 'wipes'> = {
  image: newImage,
  ends: ['confirmed'],
  keepsSlot: true,
  plantSnapshot: true,
  wipes: true,
  expects(_slot, gateway) {
    const { job } = gateway.journal.read();
    if (job?.wipedIn !== undefined) return [empty];
    const began = job?.position.state === 'resetting' || gateway.plant.server.states().includes('resetting');
    return began ? [now, { data: {}, config: now.config }, empty] : [now];
  },
  atEnd: (gateway) => [
    ...(has(gateway, 'SNP-BACKUP1') ? [] : ['there is no backup']),
    ...(has(gateway, 'SNP-8821X4') ? ['another snapshot than the backup is left'] : []),
  ],
};

/** No slot tells which files belong: the journal does, and the report that it owes. */
const FILES: Pick<Path, 'image' | 'keepsSlot' | 'plantFiles' | 'expects'> = {
  image: newImage,
  keepsSlot: true,
  plantFiles: BOTH,
  expects(_slot, gateway) {
    const state = gateway.journal.read().job?.position.state;
    return [state === 'booted_unconfirmed' || state === 'confirmed' ? then : now];
  },
};

const PATHS_TO_CUT: Path[] = [
  {
    name: 'a snapshot',
    commands: () => [recoveryCommand({ operation: 'snapshot', snapshot: snapshotOrder({ compression: 'gzip' }) })],
    image: newImage,
    ends: ['confirmed'],
    keepsSlot: true,
    expects: () => [now],
    atEnd: (gateway) => (has(gateway, 'SNP-8821X4') ? [] : ['the snapshot is not listed']),
  },
  {
    name: 'an update with a snapshot before it, and a bundle beside it',
    commands: () => [
      bundleCommand(2),
      {
        id: 'c1',
        seq: 1,
        body: deployOrder(newImage, { snapshot: snapshotOrder({ compression: 'zstd', required: true }) }),
        when: () => true,
      },
    ],
    image: newImage,
    ends: ['confirmed'],
    expects: () => [now],
    atEnd: (gateway) => (has(gateway, 'SNP-8821X4') ? [] : ['the snapshot is not listed']),
  },
  {
    name: 'a rollback that takes the data back',
    commands: () => [rollback],
    image: formerImage,
    ends: ['confirmed'],
    plantSnapshot: true,
    expects: dataBySlot,
  },
  {
    name: 'a rollback to what does not boot',
    commands: () => [rollback],
    image: formerImage,
    ends: ['rolled_back'],
    badVersions: [formerImage.version],
    plantSnapshot: true,
    expects: dataBySlot,
  },
  { name: 'a restore', commands: () => [restore()], image: formerImage, ends: ['confirmed'], plantSnapshot: true, expects: bySlot },
  {
    name: 'a restore with a weak battery, under a grant',
    commands: () => [restore(), ...grantCommands(10)],
    image: formerImage,
    ends: ['confirmed'],
    plantSnapshot: true,
    needsGrants: true,
    expects: bySlot,
  },
  {
    name: 'a restore that is not healthy',
    commands: () => [restore()],
    image: formerImage,
    ends: ['rolled_back'],
    health: () => ({ ok: false, reason: 'the PLC is silent' }),
    plantSnapshot: true,
    expects: bySlot,
  },
  {
    name: 'a restore that is cancelled while it writes',
    commands: () => [restore(), cancelIn('writing')],
    image: formerImage,
    ends: ['cancelled', 'confirmed'],
    plantSnapshot: true,
    expects: bySlot,
  },
  { name: 'restored files', commands: () => [restoreFiles(BOTH)], ends: ['confirmed'], ...FILES },
  {
    name: 'restored files of one part with a weak battery, under a grant',
    commands: () => [restoreFiles(CONFIG), ...grantCommands(10)],
    ends: ['confirmed'],
    needsGrants: true,
    ...FILES,
    plantFiles: CONFIG,
    expects: (slot, gateway) => FILES.expects(slot, gateway).map(({ config }) => ({ data: now.data, config })),
  },
  {
    name: 'restored files that are not healthy',
    commands: () => [restoreFiles(BOTH)],
    ends: ['rolled_back'],
    health: () => ({ ok: false, reason: 'the PLC is silent' }),
    ...FILES,
  },
  {
    name: 'restored files that are cancelled while they are unpacked',
    commands: () => [restoreFiles(BOTH), cancelIn('writing')],
    ends: ['cancelled', 'confirmed'],
    ...FILES,
  },
  {
    name: 'a factory reset, and a bundle beside it',
    commands: () => [reset(), bundleCommand(2)],
    ...RESET,
  },
  {
    name: 'a factory reset with a weak battery, under a grant',
    commands: () => [reset(), ...grantCommands(10)],
    needsGrants: true,
    ...RESET,
  },
];

function plantOf(path: Path, server = new SimServer(path.commands())): CrashPlant {
  const { image, badVersions, health, keepsSlot } = path;
  return {
    ...{ clock: new SimClock(), server, image, oldImage, badVersions, health, keepsSlot },
    fetchHttp: bundleDoor(server, serveInMemory(image.bytes, 2048)),
    ...(path.needsGrants ? { ...grantsOf(office), signals: weakBattery } : {}),
    check(gateway, isEnd) {
      const slot = gateway.slots.activeSlot;
      const found = { data: partOf(gateway.disk, 'data'), config: partOf(gateway.disk, 'config') };
      const fits = path.expects(slot, gateway).some(({ data, config }) => sameFiles(found.data, data) && sameFiles(found.config, config));
      const faults = fits ? [] : [`slot ${slot} runs with other files: ${JSON.stringify(found).slice(0, 300)}`];
      const wiped = path.wipes === true && !sameFiles(found.data, now.data);
      if (wiped && !has(gateway, 'SNP-BACKUP1')) faults.push('wiped without a backup');
      const used = gateway.journal.read().grants.records.some(({ use }) => use?.operation === 'O4');
      if (wiped && path.needsGrants && !used) faults.push('wiped without a used grant');
      return [
        ...faults,
        ...checkSnapshots(gateway, isEnd),
        ...(server.commands.some(({ id }) => id === 'bundle') ? checkBundles(gateway, secrets, isEnd) : []),
        ...(isEnd && server.position.state === 'confirmed' ? (path.atEnd?.(gateway) ?? []) : []),
      ];
    },
  };
}

function freshDisk(path: Path): SimDisk {
  const disk = new SimDisk();
  disk.plant(slotFile(PATHS.slots, 'A'), oldImage.bytes);
  disk.plant(slotFile(PATHS.slots, 'B'), formerImage.bytes);
  furnish(disk, now);
  const backup = backups.get(path.plantFiles?.join() ?? '');
  if (backup) for (const [name, bytes] of backup.files) disk.plant(join(SNAPSHOTS, name), bytes);
  if (path.plantSnapshot) for (const [name, bytes] of snapshot.files) disk.plant(join(SNAPSHOTS, name), bytes);
  return disk;
}

async function record(path: Path): Promise<{ cutDisk: SimDisk; server: SimServer; label: string }[]> {
  const moments: { cutDisk: SimDisk; server: SimServer; label: string }[] = [];
  const plant = plantOf(path);
  const disk = freshDisk(path);
  disk.onOperation = (cutDisk, label) => moments.push({ cutDisk: cutDisk(), server: plant.server.copy(), label });
  expect(await liveOn(disk, plant)).toEqual([]);
  expect(path.ends).toContain(plant.server.position.state);
  return moments;
}

const totals = { cuts: 0, runs: 0, more: 0 };

describe('power cuts of recovery', () => {
  it.each(PATHS_TO_CUT)('at every operation: $name', { timeout: 300_000 }, async (path) => {
    const startedMs = performance.now();
    const random = seededRandom(SEED + path.name.length);
    const moments = await record(path);
    const ends = new Map<string, number>();
    for (const [index, { cutDisk, server, label }] of moments.entries()) {
      for (let way = 0; way < WAYS_PER_CUT; way += 1) {
        const mode = MODES[Math.floor(random() * MODES.length)] as CrashMode;
        const seed = Math.floor(random() * 1e6);
        const plant = plantOf(path, server.copy());
        const faults = await liveOn(cutDisk.afterCut(mode, seed), plant);
        if (faults.length > 0) throw new Error(`cut ${index + 1} (${label}), ${mode} ${seed}: ${faults.join('\n')}`);
        const { state } = plant.server.position;
        ends.set(state, (ends.get(state) ?? 0) + 1);
      }
    }
    totals.cuts += moments.length;
    totals.runs += moments.length * WAYS_PER_CUT;
    expect(moments.length).toBeGreaterThan(40);
    expect([...ends.keys()].filter((state) => !path.ends.includes(state))).toEqual([]);
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    const told = [...ends].map(([state, count]) => `${count} ${state}`).join(', ');
    console.info(`power cuts, ${path.name}: ${moments.length} cut points x ${WAYS_PER_CUT} ways (${told}) in ${seconds} s`);
  });

  it('two and three times in one job, at random operations', { timeout: 300_000 }, async () => {
    const random = seededRandom(20260302 + SEED);
    for (let run = 0; run < 224; run += 1) {
      const path = PATHS_TO_CUT[run % PATHS_TO_CUT.length] as Path;
      const cuts = Array.from({ length: 2 + (run % 2) }, () => ({
        atOperation: 1 + Math.floor(random() * 110),
        mode: MODES[Math.floor(random() * MODES.length)] as CrashMode,
        seed: Math.floor(random() * 1e6),
      }));
      const faults = await liveOn(freshDisk(path), plantOf(path), structuredClone(cuts));
      if (faults.length > 0) throw new Error(`${path.name} with ${JSON.stringify(cuts)}: ${faults.join('\n')}`);
      totals.more += 1;
    }
    console.info(`power cuts of recovery: ${totals.cuts} cut points, ${totals.runs} runs with one cut, ${totals.more} with two or three`);
  });
});
