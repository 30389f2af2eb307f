/**
 * Two images of the same Debian system: as its point release has it, and with every update that Debian has published since.
 * Each as ext4 and as SquashFS. Nothing is made up: the packages, their versions and what changed are Debian's.
 */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What a gateway would have beside a base system; what they depend on comes with them. */
const ROOTS = [
  ...['init', 'systemd-sysv', 'udev', 'openssh-server', 'network-manager', 'modemmanager', 'python3-requests', 'nodejs', 'mosquitto'],
  ...['nut-client', 'chrony', 'nftables', 'curl', 'git', 'ca-certificates', 'e2fsprogs', 'u-boot-tools', 'libubootenv-tool', 'sudo'],
  ...['rsyslog', 'tcpdump', 'iperf3', 'vim', 'locales', 'docker.io', 'postgresql-15', 'nginx-light', 'openvpn', 'strongswan', 'gnupg'],
];
const FEW_ROOTS = ['openssl', 'ca-certificates', 'libexpat1', 'tzdata'];
/** The same in both images, so that only content differs. */
const UUID = '5f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f9';
const EPOCH = '1750000000';

export type Package = { name: string; old: string; new: string };
export type ImagePair = { old: string; new: string };
export type Pair = { ext4: ImagePair; squashfs: ImagePair; packages: number; updated: Package[] };

/** Makes the pair in `folder`, or finds the one that an earlier run has made there. */
export async function makePair(folder: string, few: boolean): Promise<Pair> {
  await mkdir(join(folder, 'deb'), { recursive: true });
  const packages = await chooseVersions(folder, few ? FEW_ROOTS : ROOTS);
  const updated = packages.filter((one) => one.old !== one.new);
  const image = (side: 'old' | 'new', kind: string) => join(folder, `${few ? 'few-' : ''}${side}.${kind}`);
  const pair: Pair = {
    ext4: { old: image('old', 'ext4'), new: image('new', 'ext4') },
    squashfs: { old: image('old', 'squashfs'), new: image('new', 'squashfs') },
    packages: packages.length,
    updated,
  };
  await fetchPackages(join(folder, 'deb'), packages);
  const trees = { old: join(folder, 'tree-old'), new: join(folder, 'tree-new') };
  if ([pair.ext4, pair.squashfs].flatMap((one) => [one.old, one.new]).every(existsSync)) return pair;
  for (const side of ['old', 'new'] as const) await unpack(join(folder, 'deb'), packages, side, trees[side]);
  // One size for both, as the slots of a gateway have.
  const used = Math.max(await bytesOf(trees.old), await bytesOf(trees.new));
  const megabytes = Math.ceil((used * 1.15) / 2 ** 20 / 16) * 16 + (few ? 16 : 0);
  for (const side of ['old', 'new'] as const) {
    await makeExt4(trees[side], pair.ext4[side], megabytes);
    await makeSquashfs(trees[side], pair.squashfs[side]);
    await rm(trees[side], { recursive: true, force: true });
  }
  return pair;
}

/** Every package that apt would install on an empty system, in Debian's release and in its newest version. */
async function chooseVersions(folder: string, roots: string[]): Promise<Package[]> {
  const empty = join(folder, 'no-packages');
  await writeFile(empty, '');
  const options = ['-s', '-qq', '-o', `Dir::State::status=${empty}`, '-o', 'APT::Install-Recommends=0'];
  const { stdout } = await run('apt-get', ['install', ...options, ...roots], { maxBuffer: 2 ** 26 });
  const names = stdout.split('\n').flatMap((line) => /^Inst (\S+) /.exec(line)?.[1] ?? []);
  const { stdout: table } = await run('apt-cache', ['madison', ...names], { maxBuffer: 2 ** 26 });
  const versions = new Map<string, { release: string; all: string[] }>();
  for (const line of table.split('\n')) {
    const [name, version, from] = line.split('|').map((cell) => cell.trim());
    if (!name || !version || !from || /Sources/.test(from)) continue;
    const entry = versions.get(name) ?? { release: '', all: [] };
    // "… bookworm/main amd64 Packages": the point release itself, neither its updates nor its security fixes.
    if (/ [a-z]+\/main /.test(from)) entry.release ||= version;
    entry.all.push(version);
    versions.set(name, entry);
  }
  return [...versions]
    .filter(([, { release }]) => release !== '')
    .map(([name, { release, all }]) => ({ name, old: release, new: all.reduce((a, b) => (isNewer(b, a) ? b : a), release) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function isNewer(a: string, b: string): boolean {
  if (a === b) return false;
  try {
    execFileSync('dpkg', ['--compare-versions', a, 'gt', b]);
    return true;
  } catch {
    return false;
  }
}

function fileOf(name: string, version: string): string {
  return `${name}_${version}.deb`;
}

async function fetchPackages(folder: string, packages: Package[]): Promise<void> {
  const wanted = packages.flatMap(({ name, old, new: newest }) => [...new Set([old, newest])].map((version) => ({ name, version })));
  const missing = wanted.filter(({ name, version }) => !existsSync(join(folder, fileOf(name, version))));
  for (let at = 0; at < missing.length; at += 20) {
    const batch = missing.slice(at, at + 20);
    const incoming = join(folder, 'incoming');
    await rm(incoming, { recursive: true, force: true });
    await mkdir(incoming);
    const names = batch.map(({ name, version }) => `${name}=${version}`);
    await run('apt-get', ['-qq', '-o', 'APT::Sandbox::User=root', 'download', ...names], { cwd: incoming, maxBuffer: 2 ** 26 });
    for (const file of await readdir(incoming)) {
      const { stdout } = await run('dpkg-deb', ['-f', join(incoming, file), 'Package', 'Version']);
      const [name = '', version = ''] = ['Package', 'Version'].map((field) => new RegExp(`^${field}: (.*)$`, 'm').exec(stdout)?.[1] ?? '');
      await rename(join(incoming, file), join(folder, fileOf(name, version)));
    }
    await rm(incoming, { recursive: true, force: true });
  }
}

async function unpack(debs: string, packages: Package[], side: 'old' | 'new', tree: string): Promise<void> {
  await rm(tree, { recursive: true, force: true });
  await mkdir(tree, { recursive: true });
  for (const one of packages) await run('dpkg-deb', ['-x', join(debs, fileOf(one.name, one[side])), tree]);
}

async function bytesOf(tree: string): Promise<number> {
  const { stdout } = await run('du', ['-s', '--block-size=1', tree]);
  return Number(stdout.split('\t')[0]);
}

/** Fixed ids and times, no journal: the root of a gateway is read only. */
async function makeExt4(tree: string, file: string, megabytes: number): Promise<void> {
  await rm(file, { force: true });
  const features = ['-b', '4096', '-O', '^has_journal', '-m', '0', '-U', UUID, '-E', `lazy_itable_init=0,root_owner=0:0,hash_seed=${UUID}`];
  const env = { ...process.env, E2FSPROGS_FAKE_TIME: EPOCH, SOURCE_DATE_EPOCH: EPOCH };
  await run('mkfs.ext4', ['-q', '-F', ...features, '-d', tree, file, `${megabytes}M`], { env });
}

/** Dated alike, and in the order of the tree. */
async function makeSquashfs(tree: string, file: string): Promise<void> {
  await rm(file, { force: true });
  const options = ['-comp', 'zstd', '-b', '131072', '-noappend', '-no-progress', '-quiet', '-all-root', '-no-exports', '-no-xattrs'];
  const env = { ...process.env, SOURCE_DATE_EPOCH: EPOCH };
  await run('mksquashfs', [tree, file, ...options], { env, maxBuffer: 2 ** 26 });
  if ((await stat(file)).size === 0) throw new Error('mksquashfs has made an empty image');
}
