/** Generates the Prisma client and Next's route types. The schema engine is not needed for it and must not be downloaded. */
import { spawnSync } from 'node:child_process';

const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true', PRISMA_HIDE_UPDATE_MESSAGE: '1', NEXT_TELEMETRY_DISABLED: '1' };
for (const args of [
  ['prisma', 'generate'],
  ['next', 'typegen'],
]) {
  const done = spawnSync(`node_modules/.bin/${args[0]}`, args.slice(1), { env, encoding: 'utf8' });
  if (done.status !== 0) {
    process.stderr.write(done.stdout + done.stderr);
    process.exit(1);
  }
}
