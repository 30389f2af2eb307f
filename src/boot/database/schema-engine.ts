/** Prisma's schema engine as WebAssembly: differences of schemas without the binary that the Prisma CLI would download. */
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import type { SchemaEngine } from '@prisma/schema-engine-wasm';
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
