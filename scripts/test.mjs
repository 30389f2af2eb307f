/**
 * `npm test`: format, lint, room boundaries, file rules, types, unit and database tests, build, and the browser and API tests
 * against the real stack. `npm test -- unit db` runs only what is named. Closes with "N passed, N failed".
 */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureInstalled, NODE } from './install.mjs';
import { ensureTools } from './tools.mjs';

const wanted = process.argv.slice(2);
const counts = { passed: 0, failed: 0 };
const results = mkdtempSync(join(tmpdir(), 'fairlead-results-'));

/** Each check counts as one; a test runner counts its tests. */
const STEPS = [
  { name: 'check', run: () => exec('biome', ['check', '.', '--max-diagnostics=50', '--diagnostic-level=warn']) },
  { name: 'files', run: () => exec('node', ['scripts/check-files.mjs']) },
  { name: 'types', run: () => exec('next', ['typegen'], { quiet: true }) && exec('tsc', ['--noEmit']) },
  { name: 'unit', run: () => vitest('unit') },
  { name: 'db', run: () => vitest('db') },
  { name: 'build', run: () => exec('node', ['scripts/build.mjs']) },
  { name: 'e2e', run: playwright },
];

function exec(command, args, { quiet = false, env = process.env } = {}) {
  const done = spawnSync(command, args, { stdio: quiet ? 'pipe' : ['ignore', 'inherit', 'inherit'], env, encoding: 'utf8' });
  if (quiet && done.status !== 0) process.stdout.write(done.stdout + done.stderr);
  return done.status === 0;
}

function vitest(project) {
  const file = join(results, `${project}.json`);
  const ok = exec('vitest', ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`]);
  return counted(file, ok, (report) => [report.numPassedTests, report.numFailedTests]);
}

function playwright() {
  const home = mkdtempSync(join(tmpdir(), 'fairlead-e2e-'));
  // As root the database runs as the user postgres.
  chmodSync(home, 0o711);
  const ok = exec('playwright', ['test'], { env: { ...process.env, E2E_TEMP_HOME: join(home, 'home') } });
  rmSync(home, { recursive: true, force: true });
  return counted('test-results/results.json', ok, ({ stats }) => [stats.expected + stats.flaky, stats.unexpected]);
}

/** A runner that failed without a failed test has failed all the same. */
function counted(file, ok, read) {
  if (!existsSync(file)) return false;
  const [passed, failed] = read(JSON.parse(readFileSync(file, 'utf8')));
  counts.passed += passed;
  counts.failed += failed > 0 ? failed : ok ? 0 : 1;
  return ok;
}

async function main() {
  ensureInstalled();
  if (Number(process.versions.node.split('.')[0]) < 24) return handOver();
  const { generate } = await import('./generate.mjs');
  if (wanted.length === 0 || wanted.includes('e2e') || wanted.includes('unit') || wanted.includes('db')) ensureTools();
  generate();
  const failed = [];
  const steps = STEPS.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
  for (const { name, run } of steps) {
    const sinceMs = Date.now();
    process.stdout.write(`\n── ${name}\n`);
    const before = counts.passed + counts.failed;
    const ok = run();
    if (counts.passed + counts.failed === before) counts[ok ? 'passed' : 'failed'] += 1;
    if (!ok) failed.push(name);
    process.stdout.write(`── ${name}: ${ok ? 'ok' : 'FAILED'} in ${Math.round((Date.now() - sinceMs) / 1000)} s\n`);
    // Without programs there is nothing to test in a browser.
    if (!ok && name === 'build') break;
  }
  rmSync(results, { recursive: true, force: true });
  if (failed.length > 0) process.stdout.write(`\nFailed: ${failed.join(', ')}\n`);
  process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed\n`);
  process.exit(failed.length > 0 ? 1 : 0);
}

function handOver() {
  const child = spawn(NODE, ['scripts/test.mjs', ...wanted], { stdio: 'inherit' });
  child.on('exit', (code) => process.exit(code ?? 1));
}

await main();
