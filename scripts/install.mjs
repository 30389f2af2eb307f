/** Installs the packages when the lock file has changed since the last time. Runs on Node 20 and later. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export const NODE = join('node_modules', 'node', 'bin', 'node');
const STAMP = join('node_modules', '.fairlead-installed');

/** Ends the program with one sentence. */
export function giveUp(sentence) {
  process.stderr.write(`\n  ${sentence}\n\n`);
  process.exit(1);
}

/** Makes node_modules fit package-lock.json, and puts the project's own Node first in PATH for all that follows. */
export function ensureInstalled() {
  const wanted = createHash('sha256').update(readFileSync('package-lock.json')).update(readFileSync('package.json')).digest('hex');
  const present = existsSync(STAMP) && existsSync(NODE) ? readFileSync(STAMP, 'utf8') : '';
  if (present !== wanted) {
    process.stdout.write('  Installing packages …\n');
    // All of them, also where NODE_ENV is production: what is there already must not be taken away. Not `npm ci`: the registry may lack optional packages of other platforms, for which it fails.
    const done = spawnSync('npm', ['install', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    if (done.status !== 0) giveUp('The packages could not be installed: see the message of npm above, then try again.');
    if (!existsSync(NODE))
      giveUp(
        'The package "node" was installed without its program: allow its install script (npm config set ignore-scripts false), delete node_modules and try again.',
      );
    const after = createHash('sha256').update(readFileSync('package-lock.json')).update(readFileSync('package.json')).digest('hex');
    writeFileSync(STAMP, after);
  }
  const bin = join(process.cwd(), 'node_modules', '.bin');
  process.env.PATH = [join(process.cwd(), 'node_modules', 'node', 'bin'), bin, process.env.PATH].join(delimiter);
  process.env.NEXT_TELEMETRY_DISABLED = '1';
}

/** Runs a program of the project and ends with its output when it fails. */
export function run(command, args, sentence, options = {}) {
  const done = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 64_000_000, ...options });
  if (done.status === 0) return done.stdout ?? '';
  process.stderr.write(`${done.stdout ?? ''}${done.stderr ?? ''}${done.error ? `${done.error.message}\n` : ''}`);
  return giveUp(sentence);
}
