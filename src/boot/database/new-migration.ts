/** `npm run migration -- <name>`: writes prisma/migrations/<time>_<name>/migration.sql, the step from the migrations to the schema. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedDatabase } from './embedded-database';
import { migrate } from './migrate';
import { NO_FILTER, openSchemaEngine } from './schema-engine';

const name = process.argv[2];
if (!name || !/^[a-z0-9_]{2,60}$/.test(name)) {
  process.stderr.write('Give the migration a name of a–z, 0–9 and _: npm run migration -- add_something\n');
  process.exit(2);
}
const folder = join(process.cwd(), 'prisma');
const home = await mkdtemp(join(tmpdir(), 'fairlead-migration-'));
const database = await startEmbeddedDatabase({ home });
try {
  await migrate(database.url, folder);
  const engine = await openSchemaEngine(database.url, folder);
  const { readSchema } = await import('./schema-engine');
  const files = (await readSchema(folder)).map(([path, content]) => ({ path, content }));
  const { stdout } = await engine.diff({
    from: { tag: 'url', url: database.url },
    to: { tag: 'schemaDatamodel', files },
    script: true,
    exitCode: null,
    filters: NO_FILTER,
  });
  if (!stdout || stdout.includes('This is an empty migration')) {
    process.stdout.write('The migrations already make the schema.\n');
  } else {
    const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
    const target = join(folder, 'migrations', `${stamp}_${name}`);
    await mkdir(target, { recursive: true });
    await writeFile(join(target, 'migration.sql'), stdout);
    process.stdout.write(`${target}/migration.sql\n`);
  }
} finally {
  await database.stop();
  await rm(home, { recursive: true, force: true });
}
