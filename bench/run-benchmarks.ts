/** `npm run bench -- [ingest latency download queries memory safety revoke delta] [--quick] [--write FILE] [--remark TEXT]`: measures, prints a table, writes docs/benchmarks.md after a full run. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { getPool } from '#/server/db/client';
import { benchDelta } from './delta';
import { benchDownload } from './download';
import { benchIngest } from './ingest';
import { benchLatency } from './latency';
import { benchMemory } from './memory';
import { benchQueries } from './queries';
import { benchRevoke } from './revoke';
import { benchSafety } from './safety';
import type { Figure } from './world/figure';
import { PROJECT } from './world/programs';
import { asMarkdown, asTable } from './world/report';
import { startWorld, type World } from './world/world';

const BENCHMARKS: Record<string, (world: World) => Promise<Figure[]>> = {
  ingest: benchIngest,
  latency: benchLatency,
  download: benchDownload,
  delta: benchDelta,
  queries: benchQueries,
  memory: benchMemory,
  safety: benchSafety,
  revoke: benchRevoke,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, write: { type: 'string' }, remark: { type: 'string' } },
});
const names = positionals.length > 0 ? positionals : Object.keys(BENCHMARKS);
const unknown = names.filter((name) => !(name in BENCHMARKS));
if (unknown.length > 0) {
  process.stderr.write(`There is no benchmark ${unknown.join(', ')}. There are: ${Object.keys(BENCHMARKS).join(', ')}.\n`);
  process.exit(2);
}

const startedMs = performance.now();
const figures: Figure[] = [];
let failed = false;
let postgres = '';
for (const name of names) {
  process.stderr.write(`  ${name} …\n`);
  // Each stands on a database of its own: what one leaves behind does not slow the next.
  const world = await startWorld(values.quick);
  try {
    const { rows } = await getPool().query<{ server_version: string }>('SHOW server_version');
    postgres = `PostgreSQL ${rows[0]?.server_version}`;
    figures.push(...(await (BENCHMARKS[name] as (world: World) => Promise<Figure[]>)(world)));
  } catch (error) {
    failed = true;
    process.stderr.write(`  ${name} has failed: ${(error as Error).stack}\n`);
  } finally {
    await world.stop();
  }
}
process.stdout.write(`\n${asTable(figures)}\n`);
const circumstances = {
  date: new Date(),
  postgres,
  quick: values.quick,
  remark: values.remark,
  seconds: (performance.now() - startedMs) / 1000,
};
const whole = names.length === Object.keys(BENCHMARKS).length && !values.quick && !failed;
const file = values.write ?? (whole ? join(PROJECT, 'docs', 'benchmarks.md') : null);
if (file !== null) {
  await writeFile(file, asMarkdown(figures, circumstances));
  process.stdout.write(`\nWritten: ${file}\n`);
}
process.exit(failed ? 1 : 0);
