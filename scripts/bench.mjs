/** `npm run bench [-- names] [--quick]`: builds, then measures against named references; writes docs/benchmarks.md. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { ensureInstalled, giveUp, NODE } from './install.mjs';
import { ensureTools } from './tools.mjs';

ensureInstalled();
ensureTools();
const REFERENCES = [
  ['nginx-light', '/usr/sbin/nginx'],
  ['casync', '/usr/bin/casync'],
  ['time', '/usr/bin/time'],
  ['xdelta3', '/usr/bin/xdelta3'],
  ['squashfs-tools', '/usr/bin/mksquashfs'],
  ['e2fsprogs', '/usr/sbin/mkfs.ext4'],
];
const missing = REFERENCES.filter(([, file]) => !existsSync(file)).map(([name]) => name);
if (missing.length > 0) {
  const install = ['-qq', 'install', '-y', '--no-install-recommends', ...missing];
  const apt = process.getuid?.() === 0 && spawnSync('apt-get', install, { stdio: 'ignore' });
  if (apt?.status !== 0)
    giveUp(`The benchmarks compare with other programs: install them with "sudo apt-get install ${missing.join(' ')}".`);
}
const build = spawnSync(NODE, ['scripts/build.mjs'], { stdio: 'inherit' });
if (build.status !== 0) process.exit(1);
const args = process.argv.slice(2);
const done = spawnSync(NODE, ['--import', 'tsx', 'bench/main.ts', ...args], { stdio: 'inherit' });
process.exit(done.status ?? 1);
