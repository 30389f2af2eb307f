/**
 * Mutated images through every parser: whatever the bytes are, the answer is facts or one sentence, within a bounded number
 * of reads, and no read leaves the source. Seeded: a failure prints the seed and the number of the input.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ImageRefused } from '#/domain/images/image-refused';
import { type ImageSource, READ_BUDGET } from '#/domain/images/image-source';
import type { RootfsFacts } from '#/domain/images/rootfs-facts';
import { encodeImageManifest } from '#/domain/releases/image-manifest';
import { inspectContent } from './inspect-content';
import { inspectImage } from './inspect-image';
import { inspectTar } from './inspect-tar';

const INPUTS = Number(process.env.FUZZ_INPUTS ?? 100_000);
/** So many of them as files, most of them compressed, through the whole look. */
const FILES = Math.ceil(INPUTS / 50);
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_125);
/** Of computing: the machine may have much else to do. */
const SLOWEST_MS = 5000;
const computedMs = (since: NodeJS.CpuUsage) => Object.values(process.cpuUsage(since)).reduce((sum, us) => sum + us, 0) / 1000;
const EXTREMES = [0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];

type Sample = {
  name: string;
  bytes: Uint8Array /** Where its structures lie: mutations elsewhere would change nothing. */;
  hot: [number, number][];
  tar: boolean;
};
const folder = mkdtempSync(join(tmpdir(), 'fairlead-fuzz-'));
const corpus: Sample[] = [];
afterAll(() => rmSync(folder, { recursive: true }));

/** Small, quick and the same everywhere (mulberry32). */
function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** The same corpus on every day and machine: what fails once fails again. */
const MADE_AT_S = 1_760_000_000;
const FIXED = { SOURCE_DATE_EPOCH: String(MADE_AT_S), E2FSPROGS_FAKE_TIME: String(MADE_AT_S) };
const UUID = '6f0e2f5a-4b36-4a5e-9d0c-3f1c0a7f9d11';

function run(program: string, ...args: string[]): void {
  const env = { ...process.env, ...FIXED, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
  execFileSync(program, args, { cwd: folder, stdio: 'pipe', env });
}

/** The parts of an image that are not empty, in blocks of 512 bytes, merged. */
function filled(bytes: Uint8Array): [number, number][] {
  const found: [number, number][] = [];
  for (let at = 0; at < bytes.length; at += 512) {
    const block = bytes.subarray(at, at + 512);
    if (block.every((byte) => byte === 0)) continue;
    const last = found.at(-1);
    if (last && last[1] === at) last[1] = at + block.length;
    else found.push([at, at + block.length]);
  }
  return found;
}

function add(name: string, bytes: Uint8Array, tar = false): void {
  corpus.push({ name, bytes, hot: filled(bytes), tar });
}

beforeAll(() => {
  const rootfs = join(folder, 'r');
  for (const one of ['etc', 'usr/lib', 'lib/modules/6.1.55', 'bin']) mkdirSync(join(rootfs, one), { recursive: true });
  writeFileSync(join(rootfs, 'usr/lib/os-release'), 'ID=fairlead\nVERSION_ID="5.2"\n');
  symlinkSync('../usr/lib/os-release', join(rootfs, 'etc/os-release'));
  writeFileSync(join(rootfs, 'bin/busybox'), readFileSync(process.execPath).subarray(0, 5000));
  run('find', 'r', '-exec', 'touch', '-h', '-d', `@${MADE_AT_S}`, '{}', '+');
  for (const [kind, size] of [
    ['ext4', '320K'],
    ['ext2', '256K'],
  ] as const) {
    const features = kind === 'ext4' ? '^has_journal' : 'none,filetype';
    run(`mkfs.${kind}`, ...['-q', '-b', '1024', '-N', '32', '-U', UUID, '-E', `hash_seed=${UUID}`, '-O', features, '-d', 'r', kind, size]);
    // These come from the folder, where they cannot be set.
    const times = Array.from({ length: 32 }, (_, inode) =>
      ['atime', 'ctime'].map((field) => `sif <${inode + 1}> ${field} @${MADE_AT_S}\n`),
    );
    writeFileSync(join(folder, 'times'), times.flat().join(''));
    run('debugfs', '-w', '-f', 'times', kind);
    add(kind, readFileSync(join(folder, kind)));
  }
  for (const compression of ['gzip', 'zstd', 'xz']) {
    run('mksquashfs', 'r', compression, '-comp', compression, '-quiet', '-no-progress', '-nopad', '-b', '4096');
    add(`squashfs ${compression}`, readFileSync(join(folder, compression)));
  }
  run('mksquashfs', 'r', 'plain', '-noI', '-noD', '-noF', '-quiet', '-no-progress', '-nopad');
  add('squashfs plain', readFileSync(join(folder, 'plain')));
  for (const [name, script] of [
    ['gpt', `label: gpt\nlabel-id: ${UUID}\nfirst-lba: 34\nstart=34,size=600,uuid=${UUID}\nsize=64,uuid=${UUID}\n`],
    [
      'mbr',
      'label: dos\nlabel-id: 0x12345678\nstart=34,size=600,type=83\nstart=700,size=190,type=5\nstart=702,size=50,type=83\nstart=800,size=50,type=83\n',
    ],
  ] as const) {
    writeFileSync(join(folder, name), new Uint8Array(448 * 1024));
    execFileSync('/sbin/sfdisk', ['-q', '--force', join(folder, name)], { input: script, stdio: ['pipe', 'pipe', 'pipe'] });
    run('dd', 'if=ext2', `of=${name}`, 'bs=512', 'seek=34', 'conv=notrunc');
    add(name, readFileSync(join(folder, name)));
  }
  writeFileSync(join(folder, 'k'), 'kernel'.repeat(50));
  const part = 'data = /incbin/("k"); type = "kernel"; arch = "arm64"; os = "linux"; compression = "none"; load = <0>; entry = <0>;';
  writeFileSync(
    join(folder, 'its'),
    `/dts-v1/; / { description = "Quay"; #address-cells = <1>; images { kernel { ${part} }; }; configurations { default = "c"; c { kernel = "kernel"; }; }; };`,
  );
  run('mkimage', '-f', 'its', 'fit');
  add('fit', readFileSync(join(folder, 'fit')));
  run('mkimage', '-A', 'arm', '-O', 'linux', '-T', 'kernel', '-C', 'none', '-n', 'Linux-5.15.92', '-d', 'k', 'uimage');
  add('uimage', readFileSync(join(folder, 'uimage')));
  const bzImage = Buffer.alloc(2048);
  bzImage.writeUInt16LE(0xaa55, 0x1fe);
  bzImage.write('HdrS\x0f\x02', 0x202, 'latin1');
  bzImage.writeUInt16LE(0x200, 0x20e);
  bzImage.write('6.1.55 (builder)', 0x400, 'latin1');
  add('bzimage', bzImage);
  add('manifest', encodeImageManifest({ version: 'v5.0.5', build_id: 'b', kernel: '6', os_version: '5' }));
  for (const format of ['gnu', 'pax', 'ustar']) {
    run(
      'tar',
      `--format=${format}`,
      '-b1',
      '-cf',
      `${format}.tar`,
      '--sort=name',
      '--owner=0',
      '--group=0',
      '-C',
      'r',
      ...(format === 'pax' ? [`--pax-option=comment:=hello,atime:=${MADE_AT_S},ctime:=${MADE_AT_S}`] : []),
      '.',
    );
    add(format, readFileSync(join(folder, `${format}.tar`)), true);
  }
});

/** A sample with one to eight changes. */
function mutate(sample: Sample, random: (below: number) => number): Uint8Array {
  let bytes = new Uint8Array(sample.bytes);
  const place = () => {
    const [from, to] = sample.hot[random(sample.hot.length)] as [number, number];
    return Math.min(from + random(to - from), Math.max(0, bytes.length - 1));
  };
  for (let left = 1 + random(8); left > 0 && bytes.length > 0; left -= 1) {
    const at = place();
    switch (random(6)) {
      case 0:
        bytes[at] = (bytes[at] as number) ^ (1 << random(8));
        break;
      case 1:
        bytes[at] = random(256);
        break;
      case 2:
      case 3: {
        // A number field becomes an extreme one, in either order of bytes.
        const value = EXTREMES[random(EXTREMES.length)] as number;
        const width = [2, 4, 4, 8][random(4)] as number;
        const little = random(3) > 0;
        const aligned = at - (at % 2);
        for (let index = 0; index < width && aligned + index < bytes.length; index += 1) {
          const shift = little ? index : width - 1 - index;
          bytes[aligned + index] = shift < 4 ? (value >>> (8 * shift)) & 255 : 0;
        }
        break;
      }
      case 4:
        if (random(4) === 0) bytes = bytes.slice(0, at);
        else bytes.copyWithin(at, place(), Math.min(bytes.length, place() + random(64)));
        break;
      default: {
        const other = corpus[random(corpus.length)] as Sample;
        const [from, to] = other.hot[random(other.hot.length)] as [number, number];
        const piece = other.bytes.subarray(from, Math.min(to, from + 1 + random(512)));
        bytes.set(piece.subarray(0, bytes.length - at), at);
      }
    }
  }
  // A tar ends at the first wrong checksum: without this nothing behind it would ever be tried.
  if (sample.tar && random(4) > 0) mendChecksums(bytes);
  return bytes;
}

function mendChecksums(bytes: Uint8Array): void {
  for (let at = 0; at + 512 <= bytes.length; at += 512) {
    const block = bytes.subarray(at, at + 512);
    if (block[257] !== 0x75 || block[258] !== 0x73) continue;
    block.fill(32, 148, 156);
    let sum = 0;
    for (const byte of block) sum += byte;
    block.set(new TextEncoder().encode(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
  }
}

/** Throws at a read that a real file could not serve. */
function watched(bytes: Uint8Array, counted: { reads: number; bytes: number }): ImageSource {
  return {
    sizeBytes: bytes.length,
    async read(position, length) {
      if (!Number.isSafeInteger(position) || !Number.isSafeInteger(length)) throw new Error(`a read of ${length} at ${position}`);
      if (position < 0 || length <= 0 || position + length > bytes.length)
        throw new Error(`a read outside: ${length} at ${position} of ${bytes.length}`);
      counted.reads += 1;
      counted.bytes += length;
      return new Uint8Array(bytes.subarray(position, position + length));
    },
  };
}

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** The answer of one look: facts, or null for one sentence. */
async function answerOf<T>(about: string, look: () => Promise<T>): Promise<T | null> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof ImageRefused)) throw new Error(`seed ${SEED}, ${about}`, { cause: error });
    return null;
  }
}

// It takes half a minute alone; the machine may have much else to do.
it(`survives ${INPUTS} mutated images`, { timeout: 400_000 }, async () => {
  // The whole ones are read, so that the corpus means something.
  for (const { name, bytes, tar } of corpus) {
    const facts = tar ? await inspectTar(inPieces(bytes, 1000)) : await inspectContent(watched(bytes, { reads: 0, bytes: 0 }));
    expect(/^(fit|uimage|bzimage|manifest)$/.test(name) || facts.osRelease?.versionId === '5.2', name).toBe(true);
  }
  const random = randomFrom(SEED);
  const seen = { facts: 0, refused: 0, mostReads: 0, mostBytes: 0, slowestMs: 0, withOsRelease: 0 };
  const sinceMs = performance.now();
  const cpu = process.cpuUsage();
  const contents = INPUTS - FILES;
  for (let input = 0; input < contents; input += 1) {
    let sample = corpus[input % corpus.length] as Sample;
    // Decompressors take long to bring up, and whole disks are large: fewer of these.
    const rarely = /xz$/.test(sample.name) ? 40 : /gzip$|zstd$/.test(sample.name) ? 10 : /gpt|mbr/.test(sample.name) ? 2 : 1;
    if (Math.floor(input / corpus.length) % rarely !== 0) sample = corpus[random(2)] as Sample;
    const bytes = mutate(sample, random);
    const counted = { reads: 0, bytes: 0 };
    const begun = process.cpuUsage();
    const facts = await answerOf(
      `input ${input}, ${sample.name}`,
      (): Promise<RootfsFacts> => (sample.tar ? inspectTar(inPieces(bytes, 1 + random(5000))) : inspectContent(watched(bytes, counted))),
    );
    seen[facts ? 'facts' : 'refused'] += 1;
    if (facts?.osRelease) seen.withOsRelease += 1;
    seen.mostReads = Math.max(seen.mostReads, counted.reads);
    seen.mostBytes = Math.max(seen.mostBytes, counted.bytes);
    seen.slowestMs = Math.max(seen.slowestMs, computedMs(begun));
  }
  const seconds = Math.round((performance.now() - sinceMs) / 1000);
  const cpuSeconds = Math.round(process.cpuUsage(cpu).user / 1e6);
  process.stdout.write(
    `fuzz: ${contents} inputs of ${corpus.length} samples in ${seconds} s (${cpuSeconds} s of CPU), seed ${SEED}: ${JSON.stringify(seen)}\n`,
  );
  expect(seen.facts + seen.refused).toBe(contents);
  expect(seen.mostReads).toBeLessThanOrEqual(READ_BUDGET.reads);
  expect(seen.mostBytes).toBeLessThanOrEqual(READ_BUDGET.bytes);
  expect(seen.slowestMs).toBeLessThan(SLOWEST_MS);
  expect(seen.withOsRelease).toBeGreaterThan(INPUTS / 10);
});

/** What packs in a moment; xz is packed before, by its program. */
const PACKERS = {
  gz: (bytes: Uint8Array) => gzipSync(bytes, { level: 1 }),
  zst: (bytes: Uint8Array) => zstdCompressSync(bytes),
  none: (bytes: Uint8Array) => bytes,
} as const;

it(`survives ${FILES} mutated files`, { timeout: 400_000 }, async () => {
  const path = join(folder, 'input');
  const scratchFile = join(folder, 'scratch');
  const lookAt = (bytes: Uint8Array) => {
    writeFileSync(path, bytes);
    return inspectImage(path, { scratchFile });
  };
  // How a file begins decides which parser gets it: most changes are there, and nothing mends the checksum of a tar.
  const plain = corpus
    .filter(({ name }) => /^(ext2|squashfs gzip|gnu|pax)$/.test(name))
    .map((sample): Sample => ({ ...sample, tar: false, hot: [[0, 512], ...sample.hot] }));
  const packed: Sample[] = plain.flatMap(({ name, bytes }) => {
    writeFileSync(join(folder, 'plain'), bytes);
    // Without a checksum what is damaged reaches the parsers.
    const xz = execFileSync('xz', ['-c', '--check=none', join(folder, 'plain')]);
    const zst = execFileSync('zstd', ['-cq', '--no-check', join(folder, 'plain')]);
    return Object.entries({ gz: PACKERS.gz(bytes), xz, zst }).map(([end, packedBytes]) => ({
      ...{ name: `${name}.${end}`, bytes: new Uint8Array(packedBytes), tar: false },
      hot: [[0, packedBytes.length] as [number, number]],
    }));
  });
  for (const { name, bytes } of packed) expect((await lookAt(bytes)).osRelease?.versionId, name).toBe('5.2');
  const random = randomFrom(SEED + 1);
  const seen = { facts: 0, refused: 0, slowestMs: 0 };
  const sinceMs = performance.now();
  const cpu = process.cpuUsage();
  for (let input = 0; input < FILES; input += 1) {
    // Half of them damaged as files, half packed when they were damaged already.
    const after = input % 2 === 0;
    let sample = (after ? packed[(input / 2) % packed.length] : plain[random(plain.length)]) as Sample;
    // The largest one takes longest: less often.
    if (sample.name.startsWith('ext2') && random(4) > 0) sample = after ? (packed.at(-1 - random(3)) as Sample) : (plain.at(-1) as Sample);
    const pack = PACKERS[(['gz', 'zst', 'none'] as const)[random(3)] as keyof typeof PACKERS];
    const bytes = after ? mutate(sample, random) : pack(mutate(sample, random));
    const begun = process.cpuUsage();
    const facts = await answerOf(`file ${input}, ${sample.name}`, () => lookAt(bytes));
    seen[facts ? 'facts' : 'refused'] += 1;
    seen.slowestMs = Math.max(seen.slowestMs, computedMs(begun));
  }
  const seconds = Math.round((performance.now() - sinceMs) / 1000);
  const cpuSeconds = Math.round(process.cpuUsage(cpu).user / 1e6);
  process.stdout.write(`fuzz: ${FILES} files in ${seconds} s (${cpuSeconds} s of CPU), seed ${SEED}: ${JSON.stringify(seen)}\n`);
  expect(seen.facts + seen.refused).toBe(FILES);
  expect(seen.facts).toBeGreaterThan(FILES / 10);
  expect(seen.slowestMs).toBeLessThan(SLOWEST_MS);
  expect(existsSync(scratchFile)).toBe(false);
});
