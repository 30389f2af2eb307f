/** Generates the Prisma client and Next's route types when what they are made from has changed. */
import { run } from './install.mjs';
import { isFresh, stamp } from './stamp.mjs';

// `prisma generate` is WebAssembly, but asks for the path of an engine that it would otherwise download.
const PRISMA_ENV = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true', PRISMA_HIDE_UPDATE_MESSAGE: '1' };

export function generate() {
  const inputs = ['prisma/schema', 'prisma.config.ts', 'package-lock.json'];
  if (!isFresh('prisma-client', inputs, 'src/server/db/generated/client.ts')) {
    run('prisma', ['generate'], 'The Prisma client could not be generated: correct prisma/schema.', { env: PRISMA_ENV });
    stamp('prisma-client', inputs);
  }
}

if (process.argv[1]?.endsWith('generate.mjs')) {
  generate();
  run('next', ['typegen'], 'The route types could not be generated.');
}
