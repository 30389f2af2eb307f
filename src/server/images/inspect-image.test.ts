/** Images made by the real tools of Debian, read by the parsers and, for the worker, in its process. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ImageFacts, imageFactsSchema, layoutValid } from '#/domain/images/image-facts';
import { ImageRefused } from '#/domain/images/image-refused';
import { encodeImageManifest } from '#/domain/releases/image-manifest';
import type { ContentLimits } from './content-limits';
import { inspectImage } from './inspect-image';
import { inspectInWorker } from './inspect-in-worker';
import { LookCutShort } from './inspector-process';

const folder = mkdtempSync(join(tmpdir(), 'fairlead-images-'));
const at = (name: string) => join(folder, name);
const rootfs = at('rootfs');
const MANIFEST = {
  version: 'v5.2.0',
  build_id: 'b77',
  kernel: '6.6.30',
  os_version: 'Fairlead OS 5',
  architecture: 'aarch64',
  from_version: 'v5.0.0',
};
const OS_RELEASE = { id: 'fairlead', versionId: '5.2', prettyName: 'Fairlead OS 5.2 "Quay"', buildId: '20260101' };

function run(program: string, ...args: string[]): void {
  execFileSync(program, args, { stdio: 'pipe', env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` }, cwd: folder });
}

async function look(name: string, limits?: ContentLimits): Promise<ImageFacts> {
  mkdirSync(at('scratch'), { recursive: true });
  const facts = imageFactsSchema.parse(await inspectImage(at(name), { scratchFile: at('scratch/content'), limits }));
  expect(readdirSync(at('scratch'))).toEqual([]);
  return facts;
}

beforeAll(() => {
  for (const one of ['etc', 'usr/lib', 'usr/bin', 'lib/modules/6.1.55-fairlead', 'bin', 'dev'])
    mkdirSync(join(rootfs, one), { recursive: true });
  writeFileSync(
    join(rootfs, 'usr/lib/os-release'),
    '# made here\nID=fairlead\nVERSION_ID="5.2"\nPRETTY_NAME="Fairlead OS 5.2 \\"Quay\\""\nBUILD_ID=20260101\n',
  );
  symlinkSync('../usr/lib/os-release', join(rootfs, 'etc/os-release'));
  // The real head of a real program.
  writeFileSync(join(rootfs, 'usr/bin/busybox'), readFileSync(process.execPath).subarray(0, 300_000));
  symlinkSync('/usr/bin/busybox', join(rootfs, 'bin/busybox'));
  for (let index = 0; index < 600; index += 1) writeFileSync(join(rootfs, `usr/lib/some-file-with-a-long-name-${index}`), `${index}`);
});
afterAll(() => rmSync(folder, { recursive: true }));

const KNOWN = {
  osRelease: OS_RELEASE,
  architecture: 'x86_64',
  kernel: '6.1.55-fairlead',
  buildId: '20260101',
  manifest: null,
  version: null,
};

describe('ext', () => {
  it.each([
    ['ext4', 4096],
    ['ext4', 1024],
    ['ext3', 1024],
    ['ext2', 4096],
  ] as const)('reads %s with blocks of %i bytes by mkfs', async (kind, block) => {
    const name = `${kind}-${block}.img`;
    run(
      `mkfs.${kind}`,
      '-q',
      '-b',
      String(block),
      '-L',
      'ROOT-A',
      '-U',
      '11111111-2222-3333-4444-555555555555',
      '-d',
      rootfs,
      at(name),
      '24M',
    );
    const facts = await look(name);
    expect(facts).toMatchObject({ ...KNOWN, format: 'raw', compression: 'none', contentSizeBytes: 24 * 1024 ** 2, contentSha256: null });
    const uuid = '11111111-2222-3333-4444-555555555555';
    expect(facts.fileSystems).toMatchObject([
      { kind, label: 'ROOT-A', uuid, blockBytes: block, sizeBytes: 24 * 1024 ** 2, partition: null },
    ]);
    expect(facts.fileSystems[0]?.features.includes('extent')).toBe(kind === 'ext4');
    expect(layoutValid(facts)).toBe(true);
  });

  it('says when an image is cut off', async () => {
    run('cp', 'ext4-4096.img', 'cut.img');
    truncateSync(at('cut.img'), 20 * 1024 ** 2);
    const facts = await look('cut.img');
    expect(layoutValid(facts)).toBe(false);
    expect(facts.partitionTable?.faults[0]).toMatch(/the ext4 file system has 25165824 bytes, its image only 20971520/);
  });
});

describe('SquashFS', () => {
  it.each(['gzip', 'xz', 'zstd'])('reads what mksquashfs packed with %s', async (compression) => {
    const name = `${compression}.squashfs`;
    run('mksquashfs', rootfs, at(name), '-comp', compression, '-quiet', '-no-progress', '-all-root', '-b', '65536');
    const facts = await look(name);
    expect(facts).toMatchObject({
      ...KNOWN,
      format: 'squashfs',
      partitionTable: null,
      fileSystems: [{ kind: 'squashfs', compression, version: '4.0' }],
    });
    expect(layoutValid(facts)).toBeNull();
    expect(await look(name)).toEqual(facts);
  });

  it.each(['lz4', 'lzo'])('leaves unknown what lies in one packed with %s', async (compression) => {
    run('mksquashfs', rootfs, at(`${compression}.squashfs`), '-comp', compression, '-quiet', '-no-progress');
    const facts = await look(`${compression}.squashfs`);
    expect(facts).toMatchObject({ format: 'squashfs', osRelease: null, kernel: null, fileSystems: [{ compression }] });
  });

  it('refuses one that is cut off', async () => {
    run('cp', 'gzip.squashfs', 'cut.squashfs');
    truncateSync(at('cut.squashfs'), 4096);
    await expect(look('cut.squashfs')).rejects.toThrow(/SquashFS that is cut off/);
  });
});

describe('partition tables', () => {
  function disk(name: string, script: string): void {
    writeFileSync(at(name), '');
    truncateSync(at(name), 64 * 1024 ** 2);
    execFileSync('/sbin/sfdisk', ['-q', at(name)], { input: script, stdio: ['pipe', 'pipe', 'pipe'] });
  }

  it('reads a GPT by sfdisk with what its partitions hold', async () => {
    const script = 'label: gpt\nstart=2048,size=8192,name="boot",type=uefi\nsize=65536,name="rootfs-a",type=linux\n';
    disk('gpt.img', script);
    run('dd', 'if=ext4-4096.img', 'of=gpt.img', 'bs=1M', 'seek=5', 'conv=notrunc');
    const facts = await look('gpt.img');
    expect(facts).toMatchObject({ ...KNOWN, format: 'raw', fileSystems: [{ kind: 'ext4', partition: 2, startBytes: 5 * 1024 ** 2 }] });
    expect(facts.partitionTable).toMatchObject({ kind: 'gpt', faults: [] });
    const { partitiontable } = JSON.parse(execFileSync('/sbin/sfdisk', ['-J', at('gpt.img')], { encoding: 'utf8' }));
    expect(facts.partitionTable?.id).toBe(partitiontable.id);
    type Row = { start: number; size: number; type: string; name?: string };
    expect(facts.partitionTable?.partitions).toEqual(
      partitiontable.partitions.map(({ start, size, type, name }: Row, index: number) => {
        return { number: index + 1, startBytes: start * 512, sizeBytes: size * 512, type, name };
      }),
    );
  });

  it('sees a damaged entry, a lost backup, a partition outside', async () => {
    const whole = readFileSync(at('gpt.img'));
    const faults = async (bytes: Uint8Array) => {
      writeFileSync(at('bad.img'), bytes);
      return (await look('bad.img')).partitionTable?.faults.join('; ');
    };
    const flipped = Buffer.from(whole);
    flipped[2 * 512 + 41] = 0xee;
    expect(await faults(flipped)).toBe('the checksum of the partition entries is wrong');
    expect(await faults(whole.subarray(0, 50 * 1024 ** 2))).toMatch(/at the end, is missing/);
    expect(await faults(whole.subarray(0, 30 * 1024 ** 2))).toMatch(/partition 2 ends at byte 38797312, behind the end of the image/);
  });

  it('reads an MBR by sfdisk with logical partitions, and sees an overlap', async () => {
    disk(
      'mbr.img',
      'label: dos\nlabel-id: 0xcafe0001\nstart=2048,size=16384,type=c\nstart=20480,size=65536,type=5\nstart=22528,size=8192,type=83\nstart=34816,size=8192,type=83\n',
    );
    run('mkfs.ext4', '-q', '-F', '-E', `offset=${22528 * 512}`, at('mbr.img'), '4M');
    const facts = await look('mbr.img');
    expect(facts.partitionTable).toMatchObject({ kind: 'mbr', id: 'cafe0001', faults: [] });
    expect(facts.partitionTable?.partitions.map(({ number, startBytes, type }) => [number, startBytes / 512, type])).toEqual([
      [1, 2048, '0x0c'],
      [5, 22528, '0x83'],
      [6, 34816, '0x83'],
    ]);
    expect(facts.fileSystems).toMatchObject([{ kind: 'ext4', partition: 5 }]);
    const bytes = readFileSync(at('mbr.img'));
    bytes.writeUInt32LE(30_000, 446 + 12);
    bytes.write('U-Boot 2023.10-rc2 (Oct 02 2023 - 10:00:00 +0000)', 600_000, 'latin1');
    writeFileSync(at('overlap.img'), bytes);
    const overlap = await look('overlap.img');
    expect(overlap.bootloader).toBe('U-Boot 2023.10-rc2');
    expect(overlap.partitionTable?.faults.join()).toMatch(/partitions 1 and 5 overlap/);
  });
});

describe('boot images', () => {
  it('reads a FIT and a uImage by mkimage', async () => {
    writeFileSync(at('kernel'), Buffer.alloc(70_000, 'k'));
    const part = (arch: string) =>
      `data = /incbin/("kernel"); type = "kernel"; arch = "${arch}"; os = "linux"; compression = "none"; load = <0>; entry = <0>;`;
    writeFileSync(
      at('fit.its'),
      `/dts-v1/; / { description = "Quay gateway"; #address-cells = <1>; images { kernel { ${part('arm64')} }; }; configurations { default = "c"; c { kernel = "kernel"; }; }; };`,
    );
    run('mkimage', '-f', 'fit.its', 'fit.itb');
    expect(await look('fit.itb')).toMatchObject({ architecture: 'aarch64', bootImages: [{ kind: 'fit', description: 'Quay gateway' }] });
    run('mkimage', '-A', 'arm', '-O', 'linux', '-T', 'kernel', '-C', 'none', '-n', 'Linux-5.15.92-quay', '-d', 'kernel', 'uImage');
    expect(await look('uImage')).toMatchObject({ architecture: 'arm', kernel: '5.15.92-quay', bootImages: [{ kind: 'uimage' }] });
  });
});

describe('tar', () => {
  it('reads what tar packed, in each of its formats', async () => {
    for (const format of ['gnu', 'pax', 'ustar']) {
      run('tar', `--format=${format}`, '-czf', `${format}.tar.gz`, '-C', rootfs, '.');
      expect(await look(`${format}.tar.gz`)).toMatchObject({
        format: 'tar',
        compression: 'gzip',
        osRelease: OS_RELEASE,
        kernel: '6.1.55-fairlead',
        partitionTable: null,
      });
    }
    writeFileSync(at('fairlead-manifest.json'), JSON.stringify(MANIFEST));
    run('tar', '-cf', 'm.tar', 'fairlead-manifest.json');
    const facts = await look('m.tar');
    expect(facts).toMatchObject({
      compression: 'none',
      version: 'v5.2.0',
      kernel: '6.6.30',
      architecture: 'aarch64',
      fromVersion: 'v5.0.0',
      entryCount: 1,
    });
    expect(facts.contentSha256).toBe(execFileSync('sha256sum', [at('m.tar')], { encoding: 'utf8' }).slice(0, 64));
  });

  it.each([
    ['../outside', ['--transform=s,^fairlead,../fairlead,'], /outside of its own folder: "\.\.\/fairlead/],
    ['an absolute path', ['-P', '--transform=s,^fairlead,/etc/fairlead,'], /absolute path/],
    ['a link to /etc/shadow', [], /a link that leads outside of its own folder: "link" to "\/etc\/shadow"/],
    ['a link to ../..', [], /a link that leads outside of its own folder: "link" to "a\/..\/..\/b"/],
  ])('refuses %s', async (name, options, sentence) => {
    const link = /^a link to/.test(name);
    rmSync(at('link'), { force: true });
    if (link) symlinkSync(name.includes('shadow') ? '/etc/shadow' : 'a/../../b', at('link'));
    run('tar', '-czf', 'evil.tar.gz', ...options, link ? 'link' : 'fairlead-manifest.json');
    await expect(look('evil.tar.gz')).rejects.toThrow(sentence);
  });

  it('refuses devices outside of dev, a bomb, and what is cut off', async () => {
    run('mknod', 'null', 'c', '1', '3');
    run('tar', '-czf', 'device.tar.gz', 'null');
    await expect(look('device.tar.gz')).rejects.toThrow(/device outside of dev/);
    run('truncate', '-s', '20M', 'zeros');
    run('tar', '-cf', 'bomb.tar', 'zeros');
    run('zstd', '-q', 'bomb.tar');
    const limits = { maxContentBytes: 30e6, maxRatio: 1000, freeBytes: 1e6 };
    await expect(look('bomb.tar.zst', limits)).rejects.toThrow(/grows to more than 1000 times/);
    await expect(look('bomb.tar.zst', { ...limits, maxRatio: 1e9, maxContentBytes: 10e6 })).rejects.toThrow(/more than 10000000 bytes/);
    truncateSync(at('pax.tar.gz'), 9000);
    await expect(look('pax.tar.gz')).rejects.toThrow(/cut off/);
  });
});

describe('inspectInWorker', () => {
  it('gives the same facts for compressed images, and leaves nothing behind', async () => {
    const plain = await look('ext4-1024.img');
    for (const [tool, compression, end] of [
      ['gzip', 'gzip', 'gz'],
      ['xz', 'xz', 'xz'],
      ['zstd', 'zstd', 'zst'],
    ] as const) {
      run(tool, '-k', '-q', '-1', 'ext4-1024.img');
      const facts = await inspectInWorker(at(`ext4-1024.img.${end}`), at('scratch/content'));
      const contentSha256 = execFileSync('sha256sum', [at('ext4-1024.img')], { encoding: 'utf8' }).slice(0, 64);
      expect(facts).toEqual({ ...plain, compression, sizeBytes: facts.sizeBytes, contentSha256 });
      expect(readdirSync(at('scratch'))).toEqual([]);
    }
  });

  it('says that there is no room for the content, and leaves nothing behind', async () => {
    symlinkSync('/dev/full', at('scratch/full'));
    await expect(inspectInWorker(at('ext4-1024.img.gz'), at('scratch/full'))).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(readdirSync(at('scratch'))).toEqual([]);
  });

  it('reads a demo image by its manifest', async () => {
    writeFileSync(at('demo.img'), Buffer.concat([encodeImageManifest({ ...MANIFEST, minimum_hardware: 'rev-c' }), Buffer.alloc(5000, 7)]));
    expect(await inspectInWorker(at('demo.img'), at('scratch/content'))).toMatchObject({
      format: 'raw',
      version: 'v5.2.0',
      minimumHardware: 'rev-c',
      architecture: 'aarch64',
    });
  });

  it('refuses with a sentence, also when its process dies or takes too long; the next one works', async () => {
    writeFileSync(at('text'), 'just a text, '.repeat(1000));
    await expect(inspectInWorker(at('text'), at('scratch/content'))).rejects.toThrow(
      new ImageRefused('It is no disk image, SquashFS or tar archive: it has no partition table, file system, boot image or manifest.'),
    );
    await expect(inspectInWorker(at('ext4-1024.img.xz'), at('scratch/content'), { timeoutMs: 1 })).rejects.toThrow(
      /could not be read within/,
    );
    const memoryMb = 32;
    for (const [name, script, sentence] of [
      ['memory', 'const all = []; for (;;) all.push(new Array(1000).fill(0.5));', /needs more than 32 MB of memory/],
      ['buffers', 'const all = []; setInterval(() => all.push(Buffer.alloc(5_000_000, 1)), 20);', /needs more than 200 MB of memory/],
      ['hang', 'for (;;) {}', /could not be read within 1 s/],
      ['throw', 'throw new TypeError("x")', /makes the programs that read it fail/],
      ['exit', 'process.exit(3)', /makes the programs that read it fail/],
    ] as const) {
      writeFileSync(at(`${name}.mjs`), script);
      const look = inspectInWorker(
        at('text'),
        at('scratch/content'),
        { memoryMb, residentMb: 200, timeoutMs: name === 'hang' ? 1000 : 30_000 },
        { file: at(`${name}.mjs`), execArgv: [] },
      );
      await expect(look, name).rejects.toThrow(sentence);
    }
    // A service that stops ends it too, and that says nothing of the image.
    writeFileSync(at('stopped.mjs'), "process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000);");
    const stopped = inspectInWorker(at('text'), at('scratch/content'), {}, { file: at('stopped.mjs'), execArgv: [] });
    await expect(stopped).rejects.toThrow(new LookCutShort('The look was ended by SIGTERM.', 'outside'));
    await expect(inspectInWorker(at('absent'), at('scratch/content'))).rejects.toThrow(/ENOENT/);
    expect(await inspectInWorker(at('ext4-1024.img'), at('scratch/content'))).toMatchObject(KNOWN);
  });
});
