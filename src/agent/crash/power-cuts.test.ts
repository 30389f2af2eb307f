/**
 * Crash consistency: the power is cut during every single disk operation of an update, in every way in which a disk can
 * keep, lose or tear what was not synced; each time the gateway starts again from what is left and goes on to the end.
 */
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import type { SignalSet } from '#/domain/safety/signals';
import type { HealthResult } from '../health/health-check';
import { type CrashMode, seededRandom } from '../storage/power-cut';
import { SimDisk } from '../storage/sim-disk';
import { type GrantOffice, openGrantOffice } from '../testing/grant-office';
import { SimClock } from '../testing/sim-clock';
import { clearSignals, PATHS, type SimGateway } from '../testing/sim-gateway';
import { type DeltaFiles, deltaFiles, makeDelta, SMALL_BLOCKS, serveDeltaInMemory } from '../testing/delta-site';
import { makeReleaseKey } from '../testing/release-key';
import { makeImage, type SimImage, sha256Of } from '../testing/sim-images';
import { deployOrder, installOrder, JOB } from '../testing/sim-orders';
import { type SimCommand, SimServer } from '../testing/sim-server';
import { type CrashPlant, liveOn } from './crash-run';
import { grantCommands, grantsOf } from './crash-grants';

const oldImage = makeImage('v5.0.4', 4096);
const newImage = makeImage('v5.0.5', 6000);
/** The same as the server has it compressed: the agent unpacks it into the slot. */
const packedImage = { ...newImage, packed: { file: gzipSync(newImage.bytes), compression: 'gzip' as const } };
const formerImage = makeImage('v5.0.3', 9000);
/** Two pieces of the running image, moved, around a piece that is new. */
const deltaBytes = Buffer.concat([
  newImage.bytes.subarray(0, 4096 + 1500),
  oldImage.bytes.subarray(4096, 4096 + 3072),
  newImage.bytes.subarray(5000, 6100),
]);
const deltaImage = { version: newImage.version, bytes: new Uint8Array(deltaBytes), sha256: sha256Of(deltaBytes) };
const deltaOnServer = deltaFiles(deltaImage.bytes, makeDelta(deltaImage.bytes, SMALL_BLOCKS));
/** It must be signed by a key that is pinned, and raises the floor; the keys are rotated while it is written. */
const signedImage = makeImage('v5.0.5', 6000, undefined, 'v5.0.5');
const [release, nextRelease] = await Promise.all([makeReleaseKey('release'), makeReleaseKey('next')]);
/** Compressed, and by blocks until the agent sees that the signature that it trusts is the file's. */
const signedFile = new Uint8Array(gzipSync(signedImage.bytes));
const signedPacked = { ...signedImage, packed: { file: signedFile, compression: 'gzip' as const } };
const signedDelta = makeDelta(signedImage.bytes, SMALL_BLOCKS, { artifactSha256: sha256Of(signedFile) });
const signedOnServer = deltaFiles(signedImage.bytes, signedDelta).set('', signedFile);
const pinnedKeys = { version: 3, keys: [release.pinned], crls: [] };
const rotation = { type: 'fairlead-key-set/1', version: 4, keys: [{ ...release.pinned, revoked: true }, nextRelease.pinned], crls: [] };
const VARIANTS: [CrashMode, number][] = [
  ['killed', 0],
  ['finished', 0],
  ['lost', 0],
  ['torn', 1],
  ['torn', 2],
  ['torn', 3],
];

/** Half of them at each operation, the other half at the next; POWER_CUTS=all tries all everywhere. */
const variantsAt = (index: number) => (process.env.POWER_CUTS === 'all' ? VARIANTS : VARIANTS.filter((_, at) => at % 2 === index % 2));

const WORK_MS = 20_000;

type Path = {
  name: string;
  commands: SimCommand[];
  ends: string[];
  /** Absent: the new one as it is. */
  image?: SimImage;
  badVersions?: string[];
  health?: () => HealthResult;
  /** Cut from this state on: before it the path is one of the others. */
  cutFrom?: string;
  /** What the last report must say. */
  reason?: string;
  /** The crane moves for a while from this state on. */
  worksFrom?: string;
  /** The battery is weak all the time: write and switch need grants, which are given whenever they are missing. */
  needsGrants?: boolean;
  /** The agent may fetch only the blocks that its slots lack, from these. */
  delta?: DeltaFiles;
  /** Release keys are pinned. One way to die at each operation: every look at a signature takes its time. */
  pinned?: boolean;
};
const deploy: SimCommand = { id: 'c1', seq: 1, body: deployOrder(newImage), when: () => true };
const cancelIn = (state: string): SimCommand => ({
  id: 'c2',
  seq: 2,
  body: { name: 'job.cancel', ...JOB, reason: 'the berth is needed', cleanup: true },
  when: (server) => server.states().includes(state),
});

const decideWhen = (id: 'c2' | 'c3', decision: 'keep' | 'roll_back', said: string): SimCommand => ({
  id,
  seq: Number(id.slice(1)),
  body: { name: 'job.decide', ...JOB, decision, reason: 'as agreed' },
  when: (server) => server.reports.some(({ message }) => message.includes(said)),
});

const PATHS_TO_CUT: Path[] = [
  { name: 'success', commands: [deploy], ends: ['confirmed'] },
  {
    name: 'compressed: download, then install',
    image: packedImage,
    commands: [
      { ...deploy, body: deployOrder(packedImage, { intent: 'download' }) },
      { id: 'c2', seq: 2, body: installOrder(), when: (server) => server.states().includes('downloaded') },
    ],
    ends: ['confirmed'],
  },
  {
    name: 'the new image does not boot',
    commands: [deploy],
    ends: ['rolled_back'],
    badVersions: [newImage.version],
    reason: 'did not come up',
  },
  {
    name: 'the new version is not healthy',
    commands: [deploy],
    ends: ['rolled_back'],
    health: () => ({ ok: false, reason: 'the PLC is silent' }),
    reason: 'the PLC is silent',
  },
  {
    name: 'the new version is not healthy, and a person wants it kept and then left',
    commands: [
      { ...deploy, body: deployOrder(newImage, {}, { autoRollback: false }) },
      decideWhen('c2', 'keep', 'is not healthy'),
      decideWhen('c3', 'roll_back', 'cannot be kept'),
    ],
    ends: ['rolled_back'],
    health: () => ({ ok: false, reason: 'the PLC is silent' }),
    reason: 'a person ordered the way back',
    cutFrom: 'boot_pending',
  },
  { name: 'cancelled while downloading', commands: [deploy, cancelIn('downloading')], ends: ['cancelled', 'confirmed'] },
  {
    name: 'the crane works again between switch and reboot',
    commands: [{ ...deploy, body: deployOrder(newImage, { strategy: 'immediate' }) }],
    // A cut while the switch stands is the reboot that the agent did not dare.
    ends: ['rolled_back', 'confirmed'],
    worksFrom: 'boot_pending',
  },
  {
    name: 'the crane works after the boot, and the version waits to be kept',
    commands: [deploy],
    // However many cuts come while it waits: what came up and is healthy is not lost to them.
    ends: ['confirmed'],
    worksFrom: 'booted_unconfirmed',
    cutFrom: 'boot_pending',
  },
  {
    name: 'a weak battery, with a grant for the write and one for the switch',
    commands: [deploy, ...grantCommands(10)],
    ends: ['confirmed'],
    needsGrants: true,
  },
  {
    name: 'by the blocks that the slots lack',
    image: deltaImage,
    commands: [{ ...deploy, body: deployOrder(deltaImage) }],
    ends: ['confirmed'],
    delta: deltaOnServer,
  },
  {
    name: 'compressed, and cancelled while writing',
    commands: [{ ...deploy, body: deployOrder(packedImage) }, cancelIn('writing')],
    ends: ['cancelled', 'confirmed'],
    image: packedImage,
  },
];

const rotateWhileWriting: SimCommand = {
  id: 'c2',
  seq: 2,
  body: { name: 'trust.rotate', document: await release.signText(rotation) },
  when: (server) => server.states().includes('writing'),
};
const SIGNED_PATHS: Path[] = [
  {
    name: 'a signed image, and the pinned keys rotated meanwhile',
    image: signedImage,
    commands: [{ ...deploy, body: deployOrder(signedImage, { signatures: [await release.sign(signedImage.bytes)] }) }, rotateWhileWriting],
    ends: ['confirmed'],
    cutFrom: 'downloaded',
    pinned: true,
  },
  {
    name: 'compressed, by blocks that nobody trusted has signed, and then whole',
    image: signedPacked,
    commands: [
      {
        ...deploy,
        body: deployOrder(signedPacked, {
          signatures: [{ ...(await nextRelease.sign(signedImage.bytes)), covers: 'content' }, await release.sign(signedFile)],
        }),
      },
      rotateWhileWriting,
    ],
    ends: ['confirmed'],
    pinned: true,
    delta: signedOnServer,
  },
];

/** Pins are never lost, and change only to what a pinned key has signed; the floor is that of the image that has proven itself. */
function pinFaults(gateway: SimGateway, isEnd: boolean): string[] {
  const report = gateway.pins?.report();
  const [pinned] = report?.fingerprints ?? [];
  const expected = report?.version === 4 ? nextRelease.pinned.fingerprint : release.pinned.fingerprint;
  const faults = pinned === expected ? [] : [`pinned is ${JSON.stringify(report)}`];
  if (isEnd && (report?.version !== 4 || report.floorVersion !== 'v5.0.5')) faults.push(`at the end ${JSON.stringify(report)} is pinned`);
  return faults;
}

function plantOf(path: Path, server = new SimServer(path.commands)): CrashPlant {
  let worksSinceMs: number | null = null;
  const signals = (clock: SimClock): SignalSet => {
    const clear = clearSignals(clock);
    if (path.worksFrom !== undefined && server.states().includes(path.worksFrom)) worksSinceMs ??= clock.nowMs();
    const works = worksSinceMs !== null && clock.nowMs() - worksSinceMs < WORK_MS;
    if (path.needsGrants && clear.ups_battery) clear.ups_battery.value.levelPercent = 25;
    if (!works || clear.crane_motion === undefined) return clear;
    return { ...clear, crane_motion: { ...clear.crane_motion, value: { ...clear.crane_motion.value, moving: true } } };
  };
  const delta = path.delta ? { delta: true, fetchHttp: serveDeltaInMemory(path.delta, 700) } : {};
  const signed = path.pinned ? { releaseKeys: pinnedKeys, check: pinFaults } : {};
  const plant = {
    clock: new SimClock(),
    server,
    image: path.image ?? newImage,
    ...delta,
    ...signed,
    oldImage,
    badVersions: path.badVersions,
    health: path.health,
    signals,
  };
  return path.needsGrants ? { ...plant, ...grantsOf(office) } : plant;
}

function freshDisk(): SimDisk {
  const disk = new SimDisk();
  disk.plant(`${PATHS.slots}/slot-a.img`, oldImage.bytes);
  disk.plant(`${PATHS.slots}/slot-b.img`, formerImage.bytes);
  return disk;
}

/** Runs the path once without a cut and keeps disk and server as they were before every operation. */
async function record(path: Path): Promise<{ cutDisk: SimDisk; server: SimServer; label: string }[]> {
  const moments: { cutDisk: SimDisk; server: SimServer; label: string }[] = [];
  const plant = plantOf(path);
  const disk = freshDisk();
  disk.onOperation = (cutDisk, label) => moments.push({ cutDisk: cutDisk(), server: plant.server.copy(), label });
  expect(await liveOn(disk, plant)).toEqual([]);
  expect(path.ends).toContain(plant.server.position.state);
  const transfer = plant.server.reports.find((report) => report.event === 'finish_download')?.details.transfer;
  if (path.delta) expect(transfer).toMatchObject(path.pinned ? { mode: 'full' } : { mode: 'blocks', slots: ['A', 'B'] });
  return moments;
}

let office: GrantOffice;
beforeAll(async () => {
  office = await openGrantOffice();
});
const totals = { cuts: 0, runs: 0, double: 0 };

describe('power cuts', () => {
  it.each([...PATHS_TO_CUT, ...SIGNED_PATHS])('at every operation: $name', { timeout: 360_000 }, async (path) => {
    const startedMs = performance.now();
    const moments = await record(path);
    const ends = new Map<string, number>();
    let runs = 0;
    for (const [index, { cutDisk, server, label }] of moments.entries()) {
      if (path.cutFrom !== undefined && !server.states().includes(path.cutFrom)) continue;
      for (const [mode, seed] of path.pinned ? VARIANTS.filter((_, at) => at === index % VARIANTS.length) : variantsAt(index)) {
        runs += 1;
        const plant = plantOf(path, server.copy());
        const faults = await liveOn(cutDisk.afterCut(mode, seed * 1000 + index), plant);
        if (faults.length > 0) throw new Error(`cut ${index + 1} (${label}), ${mode} ${seed}: ${faults.join('\n')}`);
        const { state } = plant.server.position;
        if (path.reason) expect(plant.server.reports.at(-1)?.message).toContain(path.reason);
        ends.set(state, (ends.get(state) ?? 0) + 1);
      }
    }
    totals.cuts += moments.length;
    totals.runs += runs;
    expect(moments.length).toBeGreaterThan(100);
    // One cut is one failed boot at most: it never makes a good version fall back.
    expect([...ends.keys()].filter((state) => !path.ends.includes(state))).toEqual([]);
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    const told = [...ends].map(([state, count]) => `${count} ${state}`).join(', ');
    console.info(
      `power cuts, ${path.name}: ${moments.length} cut points, ${VARIANTS.length} variants, ${runs} runs (${told}) in ${seconds} s`,
    );
  });

  it('twice and three times in one update, at random operations', { timeout: 360_000 }, async () => {
    const random = seededRandom(20260301);
    for (let run = 0; run < 1000; run += 1) {
      const path = PATHS_TO_CUT[run % PATHS_TO_CUT.length] as Path;
      const cuts = Array.from({ length: 2 + (run % 2) }, () => {
        const [mode] = VARIANTS[Math.floor(random() * VARIANTS.length)] as [CrashMode, number];
        return { atOperation: 1 + Math.floor(random() * 180), mode, seed: Math.floor(random() * 1e6) };
      });
      const plant = plantOf(path);
      const faults = await liveOn(freshDisk(), plant, structuredClone(cuts));
      if (faults.length > 0) throw new Error(`${path.name} with ${JSON.stringify(cuts)}: ${faults.join('\n')}`);
      totals.double += 1;
    }
    console.info(`power cuts: ${totals.cuts} cut points, ${totals.runs} runs with one cut, ${totals.double} with two or three`);
  });
});
