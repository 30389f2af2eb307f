/** Everything in one process tree: database, broker, web, controller, demo fleet; what dies is started again. */
import { watch } from 'node:fs';
import { join } from 'node:path';
import type { DemoInfo } from '#/protocol/demo/demo-info';
import type { Env } from '#/server/config/env-schema';
import { migrate } from '../database/migrate';
import { banner } from './banner';
import { type ChildProgram, startChild } from './child-program';
import { toProcessEnv } from './environment';
import { findUnclean, forgetRunning, writeRunning } from './home';
import { keepDatabase } from './keep-database';
import { requireFree } from './ports';
import type { StartOptions } from './start-options';

/** After a kill -9 the old programs notice within this. */
const LEFTOVER_PATIENCE_MS = 15_000;
const RELOAD_AFTER_MS = 300;

export type RunAll = { given: Env; options: StartOptions; ownDatabase: boolean; projectFolder: string; sinceMs: number };
export type Everything = { stop(): Promise<void> };
type Programs = Map<string, ChildProgram>;

/** Resolves when the first page can be opened; prints the banner. Rejects with one sentence, everything stopped again. */
export async function runAll(run: RunAll): Promise<Everything> {
  const { given, options, ownDatabase } = run;
  const home = given.FAIRLEAD_HOME;
  const unclean = await findUnclean(home);
  await requireFree(wantedPorts(given), given.HOST, unclean ? LEFTOVER_PATIENCE_MS : 0);
  const database = ownDatabase
    ? { url: given.DATABASE_URL, letGo: () => undefined, stop: async () => undefined }
    : await keepDatabase(home, say);
  const env: Env = { ...given, DATABASE_URL: database.url };
  const programs: Programs = new Map();
  const stop = async () => {
    database.letGo();
    for (const program of programs.values()) program.letGo();
    // What speaks stops first, then what it speaks to.
    await programs.get('fleet')?.stop();
    await Promise.all([...programs.values()].map((program) => program.stop()));
    await database.stop();
    await forgetRunning(home);
  };
  try {
    await writeRunning(home, { pid: process.pid, database_url: env.DATABASE_URL, mqtt_url: env.PUBLIC_MQTT_URL, url: env.PUBLIC_URL });
    await migrate(env.DATABASE_URL, join(run.projectFolder, 'prisma'));
    await startPrograms(run, env, programs);
  } catch (error) {
    await stop();
    throw error;
  }
  const stopReload = options.dev ? reloadOnChange(run.projectFolder, programs) : () => undefined;
  return {
    stop: () => {
      stopReload();
      return stop();
    },
  };
}

async function startPrograms(run: RunAll, env: Env, programs: Programs): Promise<void> {
  const { options } = run;
  const logFolder = join(env.FAIRLEAD_HOME, 'logs');
  const launch = (name: string, onMessage?: (message: unknown) => void) => {
    const child = startChild({
      name,
      args: scriptOf(run, name),
      env: toProcessEnv(env, name, options.dev),
      logFolder,
      onDeath: (how) => say(`${name} has died (${how}) and is started again; log: ${join(logFolder, `${name}.log`)}`),
      ...(onMessage ? { onMessage } : {}),
    });
    programs.set(name, child);
    return child;
  };
  const broker = env.MQTT_URL ? null : launch('broker');
  const web = launch('web');
  const controller = launch('controller');
  const demo = options.demo ? await seed(run, env, logFolder) : null;
  await Promise.all([web.ready, broker?.ready, controller.ready]);
  // The fleet enrols over HTTP and talks to the broker: both must be there.
  if (demo) launch('fleet');
  const facts = {
    url: env.PUBLIC_URL,
    mqttUrl: env.PUBLIC_MQTT_URL,
    logFolder,
    demoFile: join(env.FAIRLEAD_HOME, 'demo.json'),
    tookMs: Date.now() - run.sinceMs,
  };
  process.stdout.write(banner({ ...facts, demo, demoWanted: options.demo }));
}

/** Null when the database holds a fleet that is not the demo. */
async function seed(run: RunAll, env: Env, logFolder: string): Promise<DemoInfo | null> {
  let demo: DemoInfo | null = null;
  const { promise, resolve, reject } = Promise.withResolvers<DemoInfo | null>();
  const child = startChild({
    name: 'seed',
    args: scriptOf(run, 'seed'),
    env: toProcessEnv(env, 'seed', run.options.dev),
    logFolder,
    onDeath: () => undefined,
    onMessage: (message) => {
      if (typeof message !== 'object' || message === null || !('demo' in message)) return;
      demo = message.demo as DemoInfo | null;
      resolve(demo);
    },
  });
  child.ready.catch(reject);
  return promise.finally(() => child.stop());
}

function wantedPorts(env: Env) {
  const broker = env.MQTT_URL
    ? []
    : [
        { name: 'MQTT_PORT', port: env.MQTT_PORT },
        { name: 'MQTT_WS_PORT', port: env.MQTT_WS_PORT },
      ];
  return [{ name: 'PORT', port: env.PORT }, ...broker];
}

function scriptOf({ options, projectFolder }: RunAll, name: string): string[] {
  if (!options.dev) return ['--enable-source-maps', join(projectFolder, 'dist', `${name}.mjs`)];
  return ['--import', 'tsx', join(projectFolder, 'src', 'boot', `${name}.ts`)];
}

/** Hot reload of what Next does not watch: the programs themselves. */
function reloadOnChange(projectFolder: string, programs: Programs): () => void {
  let timer: NodeJS.Timeout | null = null;
  const watchers = ['server', 'controller', 'broker', 'protocol', 'domain', 'boot'].map((room) =>
    watch(join(projectFolder, 'src', room), { recursive: true }, (_event, file) => {
      if (!file || file.includes('.test.') || file.includes('generated')) return;
      if (timer) clearTimeout(timer);
      timer = setTimeout(() => {
        say(`src/${room}/${file} has changed: the programs start anew`);
        for (const name of ['web', 'controller', 'broker']) programs.get(name)?.restart();
      }, RELOAD_AFTER_MS);
    }),
  );
  return () => {
    for (const watcher of watchers) watcher.close();
  };
}

function say(text: string): void {
  process.stderr.write(`  ${new Date().toISOString()}  ${text}\n`);
}
