/** `npm run bench [-- names] [--quick]`: builds, then measures against named references; writes docs/benchmarks.md. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { ensureInstalled, giveUp, NODE } from './install.mjs';
import { ensureTools } from './tools.mjs';

ensureInstalled();
ensureTools();
if (!existsSync('/usr/sbin/nginx')) {
  const apt =
    process.getuid?.() === 0 &&
    spawnSync('apt-get', ['-qq', 'install', '-y', '--no-install-recommends', 'nginx-light'], { stdio: 'ignore' });
  if (apt?.status !== 0) giveUp('The benchmarks compare with nginx: install it with "sudo apt-get install nginx-light".');
}
const build = spawnSync(NODE, ['scripts/build.mjs'], { stdio: 'inherit' });
if (build.status !== 0) process.exit(1);
const args = process.argv.slice(2);
const done = spawnSync(NODE, ['--import', 'tsx', 'bench/main.ts', ...args], { stdio: 'inherit' });
process.exit(done.status ?? 1);
