/** Prisma's schema engine as WebAssembly: migrations without the binary that the Prisma CLI would download. */
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import type { MigrationDirectory, MigrationList, SchemaEngine } from '@prisma/schema-engine-wasm';
import * as engineModule from '@prisma/schema-engine-wasm/schema_engine_bg';

type EngineModule = { SchemaEngine: typeof SchemaEngine; __wbg_set_wasm(exports: WebAssembly.Exports): void };

export const NO_FILTER = { externalTables: [], externalEnums: [] };

let loaded: Promise<EngineModule> | undefined;

async function load(): Promise<EngineModule> {
  const engine = engineModule as unknown as EngineModule & WebAssembly.ModuleImports;
  const script = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const bytes = await readFile(join(dirname(script), 'schema_engine_bg.wasm'));
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': engine });
  engine.__wbg_set_wasm(instance.exports);
  (instance.exports.__wbindgen_start as () => void)();
  return engine;
}

/** An engine for a database. `folder` is the project's `prisma` folder. */
export async function openSchemaEngine(connectionString: string, folder: string): Promise<SchemaEngine> {
  loaded ??= load();
  const { SchemaEngine: Engine } = await loaded;
  const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPg({ connectionString }));
  return Engine.new({ datamodels: await readSchema(folder) }, () => undefined, adapter);
}

/** Every schema file as [path, text]. */
export async function readSchema(folder: string): Promise<[string, string][]> {
  const names = (await readdir(join(folder, 'schema'))).filter((name) => name.endsWith('.prisma')).sort();
  return Promise.all(names.map(async (name): Promise<[string, string]> => [name, await readFile(join(folder, 'schema', name), 'utf8')]));
}

/** The migrations folder as the engine takes it. */
export async function readMigrations(folder: string): Promise<MigrationList> {
  const baseDir = join(folder, 'migrations');
  const entries = await readdir(baseDir, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const migrationDirectories = await Promise.all(
    names.sort().map(async (path): Promise<MigrationDirectory> => {
      const value = await readFile(join(baseDir, path, 'migration.sql'), 'utf8');
      return { path, migrationFile: { path: 'migration.sql', content: { tag: 'ok', value } } };
    }),
  );
  const lockfile = { path: 'migration_lock.toml', content: await readFile(join(baseDir, 'migration_lock.toml'), 'utf8') };
  return { baseDir, lockfile, shadowDbInitScript: '', migrationDirectories };
}
