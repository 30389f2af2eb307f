/** Debian packages that the tests run against; installed by apt as root, else named. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { giveUp } from './install.mjs';

const TOOLS = [
  { package: 'chromium', file: '/usr/bin/chromium', for: 'the browser tests' },
  { package: 'python3-requests', file: '/usr/lib/python3/dist-packages/requests/__init__.py', for: "the reference page's Python program" },
  { package: 'libubootenv-tool', file: '/usr/bin/fw_setenv', for: 'the U-Boot adapter of the agent' },
  { package: 'mosquitto', file: '/usr/sbin/mosquitto', for: 'the tests against a broker of your own' },
  { package: 'nut-server', file: '/lib/nut/dummy-ups', for: 'the UPS adapter of the agent' },
  { package: 'nut-client', file: '/usr/bin/upsc', for: 'the UPS adapter of the agent' },
  { package: 'xdelta3', file: '/usr/bin/xdelta3', for: 'patches between images' },
  { package: 'gnupg', file: '/usr/bin/gpg', for: 'the signatures of images' },
  { package: 'openssl', file: '/usr/bin/openssl', for: 'the signatures of images' },
  { package: 'postgresql', file: '/usr/lib/postgresql', for: 'the tests against a database of your own' },
  { package: 'e2fsprogs', file: '/sbin/mkfs.ext4', for: 'the tests that read images' },
  { package: 'squashfs-tools', file: '/usr/bin/mksquashfs', for: 'the tests that read images' },
  { package: 'fdisk', file: '/sbin/sfdisk', for: 'the tests that read images' },
  { package: 'u-boot-tools', file: '/usr/bin/mkimage', for: 'the tests that read images' },
  { package: 'device-tree-compiler', file: '/usr/bin/dtc', for: 'the tests that read images' },
  { package: 'xz-utils', file: '/usr/bin/xz', for: 'the tests that read images' },
  { package: 'zstd', file: '/usr/bin/zstd', for: 'the tests that read images' },
];

/**
 * Installs what is missing in a program of its own and resolves when that is over: apt and npm need nothing of each other, and
 * each waits for its network and its disk most of the time.
 */
export function startTools() {
  if (TOOLS.every((tool) => existsSync(tool.file))) return Promise.resolve();
  const child = spawn(process.execPath, ['scripts/tools.mjs'], { stdio: 'inherit' });
  return new Promise((resolve) => {
    // It has said what is missing.
    child.on('exit', (code) => (code === 0 ? resolve() : process.exit(1)));
  });
}

export function ensureTools() {
  const missing = TOOLS.filter((tool) => !existsSync(tool.file));
  if (missing.length === 0) return;
  const names = missing.map((tool) => tool.package);
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    giveUp(
      `The tests need ${missing.map((tool) => `${tool.package} (${tool.for})`).join(', ')}: install them with "sudo apt-get install ${names.join(' ')}".`,
    );
  }
  process.stdout.write(`  Installing ${names.join(', ')} …\n`);
  // Debian starts what it installs; a policy of 101 forbids it for this run.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const apt = (...args) => spawnSync('apt-get', ['-qq', ...args], { env, stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
  apt('update');
  const done = apt('install', '-y', '--no-install-recommends', ...names);
  if (done.status !== 0) giveUp(`apt-get could not install ${names.join(', ')}: ${done.stderr.trim().split('\n').at(-1)}`);
}

if (process.argv[1]?.endsWith('tools.mjs')) ensureTools();
