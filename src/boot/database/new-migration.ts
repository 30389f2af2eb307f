/**
 * `npm run migration -- <name>`: writes prisma/migrations/<time>_<name>/migration.sql, the step from the committed schema
 * to the one in the work tree. (Schema against schema: describing a live database is broken in this version of the engine.)
 */
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedDatabase } from './embedded-database';
import { NO_FILTER, openSchemaEngine, readSchema } from './schema-engine';

const name = process.argv[2];
if (!name || !/^[a-z0-9_]{2,60}$/.test(name)) {
  process.stderr.write('Give the migration a name of a–z, 0–9 and _: npm run migration -- add_something\n');
  process.exit(2);
}
const folder = join(process.cwd(), 'prisma');
const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8' });
const committed = git('ls-tree', '--name-only', 'HEAD', 'prisma/schema/')
  .split('\n')
  .filter((path) => path.endsWith('.prisma'))
  .map((path) => ({ path, content: git('show', `HEAD:${path}`) }));
const present = (await readSchema(folder)).map(([path, content]) => ({ path, content }));
const home = await mkdtemp(join(tmpdir(), 'fairlead-migration-'));
// The engine insists on a database, though it only compares texts here.
const database = await startEmbeddedDatabase({ home });
const engine = await openSchemaEngine(database.url, folder);
const { stdout } = await engine.diff({
  from: { tag: 'schemaDatamodel', files: committed },
  to: { tag: 'schemaDatamodel', files: present },
  script: true,
  exitCode: null,
  filters: NO_FILTER,
});
await database.stop();
await rm(home, { recursive: true, force: true });
if (!stdout || stdout.includes('This is an empty migration')) {
  process.stdout.write('The schema has not changed since the last commit.\n');
} else {
  const now = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  const newest =
    (await readdir(join(folder, 'migrations')))
      .filter((one) => /^\d{14}_/.test(one))
      .sort()
      .at(-1)
      ?.slice(0, 14) ?? '0';
  // They are applied in the order of their names: one that was named for a later hour must not overtake.
  const stamp = now > newest ? now : String(BigInt(newest) + 1n);
  const target = join(folder, 'migrations', `${stamp}_${name}`);
  await mkdir(target, { recursive: true });
  await writeFile(join(target, 'migration.sql'), stdout);
  process.stdout.write(`${target}/migration.sql\n`);
}
