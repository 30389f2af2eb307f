/** (f) What an update costs a gateway: whole, by blocks or chunks, by a patch, by casync and by xdelta3 itself, from a pair of Debian's own updates. */
import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LEAN_ENV, LEAN_FLAGS } from '#/agent/host/lean-memory';
import { getArtifactStore } from '#/server/artifacts/get-store';
import { getDb } from '#/server/db/client';
import { findXdelta3, makeNextPatch } from '#/server/delta/make-patch';
import { updateByCasync } from './delta/casync';
import type { IndexResult } from './delta/index-once';
import { type ImagePair, makePair } from './delta/make-pair';
import type { StageOrder, StageResult } from './delta/stage-once';
import type { Cost } from './delta/timed-program';
import { updateByXdelta3 } from './delta/xdelta3-by-hand';
import type { Figure } from './world/figure';
import { makeFleet } from './world/make-fleet';
import { PROJECT, startProgram } from './world/programs';
import type { World } from './world/world';

const run = promisify(execFile);
const never = new AbortController().signal;
const AGENT_MEMORY = 64e6;

type Kind = 'ext4' | 'squashfs';
type Login = { username: string; password: string };

export async function benchDelta(world: World): Promise<Figure[]> {
  // Kept between runs: the packages are 300 MB.
  const pair = await makePair(join(tmpdir(), 'fairlead-bench-images'), world.quick);
  const fleet = await makeFleet(1, () => false);
  const login = { username: fleet.gateways[0]?.id ?? '', password: fleet.secret };
  const door = await startProgram('bench/delta/device-door.ts', world.env);
  try {
    const about = `${pair.packages} packages, ${pair.updated.length} of them updated`;
    return [...(await measure(world, 'ext4', pair.ext4, login, about)), ...(await measure(world, 'squashfs', pair.squashfs, login, about))];
  } finally {
    await door.stop();
  }
}

async function measure(world: World, kind: Kind, pair: ImagePair, login: Login, about: string): Promise<Figure[]> {
  const group = 'f';
  const old = await publish(`v1.0.0+${kind}`, `1.${kind}.1`, pair.old);
  const image = await publish(`v2.0.0+${kind}`, `1.${kind}.2`, pair.new);
  const indexed = await inProcess<IndexResult>(world, 'bench/delta/index-once.ts', image.sha256, { flags: [], env: {} });
  const index = await getDb().deltaIndex.findUniqueOrThrow({ where: { artifactSha256: image.sha256 } });
  if (index.state !== 'ready') throw new Error(`${kind}: no index: ${index.error}`);
  // A patch is made between images that have an index; of the older one nobody reads it here.
  await getDb().deltaIndex.create({ data: { artifactSha256: old.sha256, kind: index.kind, state: 'ready' } });
  const xdelta3 = await findXdelta3();
  const patched = await timed(async () => xdelta3 !== null && makeNextPatch(xdelta3, never, image.sha256));

  const stage = (delta: boolean, program: string | null) =>
    stageOnce(world, {
      ...login,
      ...image,
      url: `${world.webUrl}/device/v1/artifacts/${image.sha256}`,
      slot: { path: pair.old, sha256: old.sha256 },
      folder: join(world.folder, 'agent'),
      ways: { delta, xdelta3: program },
    });
  const full = await stage(false, null);
  const blocks = await stage(true, null);
  const patch = xdelta3 === null ? null : await stage(true, xdelta3);
  const casync = await updateByCasync(world.folder, pair.old, pair.new);
  const byHand = xdelta3 === null ? null : await updateByXdelta3(world.folder, xdelta3, pair.old, pair.new);

  const share = (bytes: number) => (bytes * 100) / image.sizeBytes;
  const reference = casync ? { reference: { what: 'casync', value: share(casync.bytes), unit: '% of the image' } } : {};
  const way = kind === 'ext4' ? 'blocks of 4 KiB' : 'chunks of 8 KiB';
  const figures: Figure[] = [
    { group, what: `${kind}: the whole image`, value: full.report.bytesFetched / 1e6, unit: 'MB', note: `${about}; ${costs(full)}` },
    {
      group,
      what: `${kind}: by ${way}`,
      value: share(blocks.report.bytesFetched),
      unit: '% of the image',
      ...(world.quick ? {} : { aim: { atMost: kind === 'ext4' ? 6 : 30 } }),
      ...reference,
      note: `${costs(blocks)}; index ${mega(Number(index.indexSizeBytes))}, data file ${mega(Number(index.dataSizeBytes))}, made in ${indexed.seconds.toFixed(0)} s`,
    },
    {
      group,
      what: `${kind}: memory of the agent for ${way}`,
      value: blocks.memoryBytes / 1e6,
      unit: 'MB',
      aim: { atMost: AGENT_MEMORY / 1e6 },
      note: 'peak resident set beyond that of the idle process, with the settings that the agent starts itself with',
    },
    {
      group,
      what: `${kind}: index and data file, made when a release is published`,
      value: indexed.seconds / (image.sizeBytes / 2 ** 30),
      unit: 's/GiB',
      note: `${indexed.cpuSeconds.toFixed(0)} CPU seconds, ${mega(indexed.memoryBytes)} beyond the idle process`,
    },
  ];
  if (casync) {
    figures.push({
      group,
      what: `${kind}: by casync`,
      value: share(casync.bytes),
      unit: '% of the image',
      note: `${mega(casync.bytes)} fetched by ${casync.requests} requests, ${took(casync.extract)}; its store made in ${took(casync.make)}`,
    });
  }
  if (byHand) {
    figures.push({
      group,
      what: `${kind}: by xdelta3 itself, with its defaults`,
      value: share(byHand.bytes),
      unit: '% of the image',
      note: `${mega(byHand.bytes)}, applied in ${took(byHand.apply)}; made in ${took(byHand.make)}`,
    });
  }
  if (patch?.report.mode === 'patch') {
    figures.push({
      group,
      what: `${kind}: by a patch of xdelta3`,
      value: share(patch.report.bytesFetched),
      unit: '% of the image',
      ...(kind === 'ext4' && !world.quick ? { aim: { atMost: 2 } } : {}),
      ...reference,
      note: `${costs(patch)}, xdelta3 itself ${mega(patch.childBytes)} of memory; made in ${patched.toFixed(0)} s`,
    });
  }
  return figures;
}

async function publish(version: string, versionSortKey: string, file: string): Promise<{ sha256: string; sizeBytes: number }> {
  const { sha256, sizeBytes } = await getArtifactStore().put(createReadStream(file, { highWaterMark: 2 ** 20 }));
  await getDb().artifact.create({ data: { sha256, sizeBytes: BigInt(sizeBytes) } });
  const about = { channel: 'stable', type: 'feature', severity: 'normal', description: 'bench', releasedAt: new Date() };
  await getDb().release.create({ data: { version, versionSortKey, artifactSha256: sha256, ...about } });
  return { sha256, sizeBytes };
}

async function stageOnce(world: World, order: StageOrder): Promise<StageResult> {
  await rm(order.folder, { recursive: true, force: true });
  await mkdir(order.folder, { recursive: true });
  const result = await inProcess<StageResult>(world, 'bench/delta/stage-once.ts', JSON.stringify(order), {
    flags: LEAN_FLAGS,
    env: LEAN_ENV,
  });
  await rm(order.folder, { recursive: true, force: true });
  return result;
}

/** What a program that ends by itself has printed. */
async function inProcess<T>(
  world: World,
  script: string,
  argument: string,
  { flags, env }: { flags: readonly string[]; env: Readonly<Record<string, string>> },
): Promise<T> {
  const args = ['--expose-gc', ...flags, '--import', 'tsx', join(PROJECT, script), argument];
  const { stdout } = await run(process.execPath, args, { cwd: PROJECT, env: { ...process.env, ...world.env, ...env }, maxBuffer: 2 ** 20 });
  return JSON.parse(stdout) as T;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await work();
  return (performance.now() - startMs) / 1000;
}

const mega = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
const costs = ({ report, seconds, cpuSeconds, memoryBytes }: StageResult) =>
  `${mega(report.bytesFetched)} fetched by ${report.requests} requests, ${mega(report.reusedBytes)} reused, ${seconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} CPU seconds, ${mega(Math.max(0, memoryBytes))} of memory${report.reason ? `, ${report.mode} because ${report.reason}` : ''}`;
const took = ({ seconds, cpuSeconds, memoryBytes }: Cost) =>
  `${seconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} CPU seconds, ${mega(memoryBytes)} of memory in all`;
