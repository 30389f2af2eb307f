/** `npm start`: everything, or with --role one program. scripts/start.mjs has installed and built before. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { migrate } from './database/migrate';
import { prepareEnvironment, toProcessEnv } from './supervisor/environment';
import { type Everything, runAll } from './supervisor/run-all';
import { readOptions, type Role, type StartOptions, USAGE } from './supervisor/start-options';

/** Set by scripts/start.mjs; the time that installing and building took does not count as start. */
const sinceMs = Date.now();
let everything: Everything | null = null;
let stopping: Promise<void> | null = null;
let stoppingSinceMs = 0;
const SAME_SIGNAL_MS = 500;

function projectFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

async function main(options: StartOptions): Promise<void> {
  const given = await prepareEnvironment(process.env);
  if (options.role !== 'all') return runOne(options.role, options.dev);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end());
  if (process.send) process.once('disconnect', () => void end());
  const started = await runAll({ given, options, ownDatabase: Boolean(process.env.DATABASE_URL), projectFolder: projectFolder(), sinceMs });
  everything = started;
  if (stopping) await started.stop();
}

/** The second Ctrl-C does not wait. The first may come twice: from the terminal, and handed on by npm. */
function end(): Promise<void> {
  if (stopping) {
    if (Date.now() - stoppingSinceMs >= SAME_SIGNAL_MS) process.exit(130);
    return stopping;
  }
  stoppingSinceMs = Date.now();
  process.stdout.write('\n  Ending …\n');
  stopping = (async () => {
    await everything?.stop();
    if (everything) process.exit(0);
  })();
  return stopping;
}

/** One program in this process. What it needs must be given: nothing is embedded for it. */
async function runOne(role: Exclude<Role, 'all'>, dev: boolean): Promise<void> {
  if (!process.env.DATABASE_URL) throw new Error(`--role ${role} needs DATABASE_URL: one program alone starts no database.`);
  if (role === 'controller' && !process.env.MQTT_URL) throw new Error('--role controller needs MQTT_URL: the address of the broker.');
  if (!process.env.FAIRLEAD_SECRET) throw new Error(`--role ${role} needs FAIRLEAD_SECRET: programs on several machines must share one.`);
  Object.assign(process.env, toProcessEnv(await prepareEnvironment(process.env), role, dev));
  await migrate(process.env.DATABASE_URL, join(projectFolder(), 'prisma'));
  const script = dev ? join(projectFolder(), 'src', 'boot', `${role}.ts`) : join(projectFolder(), 'dist', `${role}.mjs`);
  process.argv[1] = script;
  if (dev) (await import('tsx/esm/api')).register();
  await import(script);
}

try {
  await main(readOptions(process.argv.slice(2)));
} catch (error) {
  const isUsage = (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') || (error as Error).message.startsWith('--role takes');
  process.stderr.write(`\n  ${(error as Error).message}\n${isUsage ? `\n${USAGE}\n` : ''}\n`);
  process.exit(isUsage ? 2 : 1);
}
