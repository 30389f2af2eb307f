/**
 * `npm test`: format, lint, room boundaries, file rules, types, unit and database tests, build, and the browser and API tests
 * against the real stack. `npm test -- unit db` runs only what is named. Closes with "N passed, N failed".
 *
 * The browser tests mostly wait, so the database tests run beside them and are told when they are done. The unit tests do not: the
 * crash suites compute without a pause, and took three times as long there.
 */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureInstalled, NODE } from './install.mjs';
import { startTools } from './tools.mjs';

const wanted = process.argv.slice(2);
const counts = { passed: 0, failed: 0 };
const results = mkdtempSync(join(tmpdir(), 'fairlead-results-'));

/** Each check counts as one; a test runner counts its tests. One after the other: what comes later needs what was before. */
const FIRST = [
  { name: 'check', run: () => exec('biome', ['check', '.', '--max-diagnostics=50', '--diagnostic-level=warn']) },
  { name: 'files', run: () => exec('node', ['scripts/check-files.mjs']) },
  { name: 'types', run: () => exec('next', ['typegen'], { quiet: true }) && exec('tsc', ['--noEmit']) },
  { name: 'unit', run: () => vitest('unit', false) },
  { name: 'build', run: () => exec('node', ['scripts/build.mjs']) },
];
const E2E = { name: 'e2e', run: playwright };
const DB = { name: 'db', run: (beside) => vitest('db', beside) };

function exec(command, args, { quiet = false, env = process.env } = {}) {
  const done = spawnSync(command, args, { stdio: quiet ? 'pipe' : ['ignore', 'inherit', 'inherit'], env, encoding: 'utf8' });
  if (quiet && done.status !== 0) process.stdout.write(done.stdout + done.stderr);
  return done.status === 0;
}

/** Like exec, while other things go on, and behind them: a browser waits less long than a unit test. Printed when it has ended. */
function execBeside(command, args) {
  const log = join(results, `${args.join('-').replace(/[^\w-]+/g, '_')}.log`);
  const out = openSync(log, 'w');
  return new Promise((resolve) => {
    const child = spawn('nice', ['-n', '5', command, ...args], { stdio: ['ignore', out, out] });
    child.on('error', () => resolve(false));
    child.on('exit', (code) => resolve(code === 0));
  }).then((ok) => {
    closeSync(out);
    return { ok, text: readFileSync(log, 'utf8') };
  });
}

async function vitest(project, beside) {
  const file = join(results, `${project}.json`);
  const args = ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const { ok, text } = beside ? await execBeside('vitest', args) : { ok: exec('vitest', args), text: '' };
  const passed = counted(file, ok, (report) => [report.numPassedTests, report.numFailedTests]);
  return { ok: passed, text };
}

async function playwright() {
  const home = mkdtempSync(join(tmpdir(), 'fairlead-e2e-'));
  // As root the database runs as the user postgres.
  chmodSync(home, 0o711);
  // An older report must not pass for this run's.
  rmSync('test-results/results.json', { force: true });
  const env = { ...process.env, E2E_TEMP_HOME: join(home, 'home') };
  const ok = await new Promise((resolve) => {
    const child = spawn('playwright', ['test'], { stdio: ['ignore', 'inherit', 'inherit'], env });
    child.on('error', () => resolve(false));
    child.on('exit', (code) => resolve(code === 0));
  });
  rmSync(home, { recursive: true, force: true });
  return counted('test-results/results.json', ok, ({ stats }) => [stats.expected + stats.flaky, stats.unexpected]);
}

/** A runner that failed without a failed test, or left no report, has failed all the same. */
function counted(file, ok, read) {
  if (!existsSync(file)) {
    counts.failed += 1;
    return false;
  }
  const [passed, failed] = read(JSON.parse(readFileSync(file, 'utf8')));
  counts.passed += passed;
  counts.failed += failed > 0 ? failed : ok ? 0 : 1;
  return ok;
}

async function main() {
  const needsTools = wanted.length === 0 || ['unit', 'db', 'e2e'].some((name) => wanted.includes(name));
  const tools = needsTools ? startTools() : Promise.resolve();
  ensureInstalled();
  await tools;
  if (Number(process.versions.node.split('.')[0]) < 24) return handOver();
  const { generate } = await import('./generate.mjs');
  generate();
  const failed = [];
  const isWanted = ({ name }) => wanted.length === 0 || wanted.includes(name);
  const step = async ({ name, run }, beside = false) => {
    const sinceMs = Date.now();
    if (!beside) process.stdout.write(`\n── ${name}\n`);
    const before = counts.passed + counts.failed;
    const result = await run(beside);
    const ok = result === true || result.ok === true;
    const seconds = Math.round((Date.now() - sinceMs) / 1000);
    // A runner has counted its own tests; beside another one the sum tells nothing of this one.
    if (FIRST.some((one) => one.name === name) && counts.passed + counts.failed === before) counts[ok ? 'passed' : 'failed'] += 1;
    if (!ok) failed.push(name);
    if (result.text) process.stdout.write(`\n── ${name}\n${result.text}`);
    process.stdout.write(`── ${name}: ${ok ? 'ok' : 'FAILED'} in ${seconds} s\n`);
    return ok;
  };
  let built = true;
  for (const one of FIRST.filter(isWanted)) if (!(await step(one)) && one.name === 'build') built = false;
  // Without programs there is nothing to test in a browser.
  const browser = isWanted(E2E) && built;
  await Promise.all([isWanted(DB) && step(DB, browser), browser && step(E2E)]);
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
