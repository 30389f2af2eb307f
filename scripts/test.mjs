/**
 * `npm test`: format, lint, room boundaries, file rules, types, unit and database tests, build, and the browser and API tests
 * against the real stack. `npm test -- unit db` runs only what is named. Closes with "N passed, N failed".
 *
 * The browser tests mostly wait, so the database tests run beside them and are told when they are done. The unit tests do not: the
 * crash suites compute without a pause, and took three times as long there.
 */
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastLines, playwrightFailures, vitestFailures } from './failures.mjs';
import { ensureInstalled, NODE } from './install.mjs';
import { startTools } from './tools.mjs';

const wanted = process.argv.slice(2);
const counts = { passed: 0, failed: 0 };
/** What failed, in words; shown at the end, where it is looked for. */
const failures = [];
const results = mkdtempSync(join(tmpdir(), 'fairlead-results-'));

/** Each check counts as one; a test runner counts its tests. One after the other: what comes later needs what was before. */
const FIRST = [
  { name: 'check', run: () => exec('biome', ['check', '.', '--max-diagnostics=50', '--diagnostic-level=warn']) },
  { name: 'files', run: () => exec('node', ['scripts/check-files.mjs']) },
  { name: 'types', run: async () => (await exec('next', ['typegen'], { quiet: true })) && exec('tsc', ['--noEmit']) },
  { name: 'unit', run: () => vitest('unit', false) },
  { name: 'build', run: () => exec('node', ['scripts/build.mjs']) },
];
const E2E = { name: 'e2e', run: playwright };
const DB = { name: 'db', run: (beside) => vitest('db', beside) };

/** One that is no test runner; `quiet`: what it prints is of interest only when it fails. */
async function exec(command, args, { quiet = false } = {}) {
  const { ok, text } = await execRunner(command, args, { beside: quiet });
  if (ok) return true;
  if (quiet) process.stdout.write(text);
  failures.push(`── ${[command, ...args].join(' ')}\n${lastLines(text)}`);
  return false;
}

/** What it prints is shown as it comes; `beside` others it runs behind them, for a browser waits less long than a unit test, and is shown later. */
function execRunner(command, args, { beside = false, env = process.env } = {}) {
  const text = [];
  return new Promise((resolve) => {
    const [program, rest] = beside ? ['nice', ['-n', '5', command, ...args]] : [command, args];
    const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'], env });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk) => {
        text.push(chunk);
        if (!beside) process.stdout.write(chunk);
      });
    }
    child.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code === 0));
    // A program that it left behind may hold the pipes.
    child.on('exit', (code) => setTimeout(() => resolve(code === 0), 2000));
  }).then((ok) => ({ ok, text: text.join('') }));
}

async function vitest(project, beside) {
  const file = join(results, `${project}.json`);
  const args = ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const { ok, text } = await execRunner('vitest', args, { beside });
  note(
    project,
    file,
    { ok, text },
    (report) => [report.numPassedTests, report.numFailedTests],
    () => vitestFailures(text),
  );
  return { ok, text: beside ? text : '' };
}

async function playwright() {
  const home = mkdtempSync(join(tmpdir(), 'fairlead-e2e-'));
  // As root the database runs as the user postgres.
  chmodSync(home, 0o711);
  // An older report must not pass for this run's.
  rmSync('test-results/results.json', { force: true });
  const { ok, text } = await execRunner('playwright', ['test'], { env: { ...process.env, E2E_TEMP_HOME: join(home, 'home') } });
  rmSync(home, { recursive: true, force: true });
  const ran = { ok, text };
  note('e2e', 'test-results/results.json', ran, ({ stats }) => [stats.expected + stats.flaky, stats.unexpected], playwrightFailures);
  return ok;
}

/** Counts what a runner reports, and keeps what failed. One that failed without a failed test, or left no report, has failed all the same. */
function note(name, file, { ok, text }, count, inWords) {
  const report = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
  const [passed, failed] = report === null ? [0, 1] : count(report);
  counts.passed += passed;
  counts.failed += failed > 0 ? failed : ok ? 0 : 1;
  if (!ok) failures.push(`── ${name}\n${(report === null ? '' : inWords(report)) || lastLines(text)}`);
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
  if (failed.length > 0) process.stdout.write(`\n${failures.join('\n')}\n\nFailed: ${failed.join(', ')}\n`);
  process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed\n`);
  process.exit(failed.length > 0 ? 1 : 0);
}

function handOver() {
  const child = spawn(NODE, ['scripts/test.mjs', ...wanted], { stdio: 'inherit' });
  child.on('exit', (code) => process.exit(code ?? 1));
}

await main();
