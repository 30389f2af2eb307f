/** What every benchmark stands on: a database of its own in a temporary folder, ports of its own, everything gone afterwards. */
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedDatabase } from '../../src/boot/database/embedded-database';
import { migrate } from '../../src/boot/database/migrate';
import { PROJECT } from './programs';

export type World = {
  folder: string;
  /** The environment of the programs; this process has it as well. */
  env: Record<string, string>;
  mqttUrl: string;
  webUrl: string;
  quick: boolean;
  stop(): Promise<void>;
};

export async function startWorld(quick: boolean): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-bench-'));
  await chmod(folder, 0o755);
  const database = await startEmbeddedDatabase({ home: folder, port: await freePort() });
  await migrate(database.url, join(PROJECT, 'prisma'));
  const [port, mqttPort, wsPort] = [await freePort(), await freePort(), await freePort()];
  const env = {
    DATABASE_URL: database.url,
    FAIRLEAD_HOME: folder,
    FAIRLEAD_SECRET: randomBytes(32).toString('hex'),
    HOST: '127.0.0.1',
    PORT: String(port),
    MQTT_PORT: String(mqttPort),
    MQTT_WS_PORT: String(wsPort),
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    PUBLIC_MQTT_URL: `mqtt://127.0.0.1:${mqttPort}`,
    RATE_LIMIT_PER_MINUTE: '1000000',
    LOG_LEVEL: 'error',
    NODE_ENV: 'production',
    NEXT_TELEMETRY_DISABLED: '1',
  };
  Object.assign(process.env, env);
  // One world after another in one process: each is parsed anew.
  delete (globalThis as { fairleadEnv?: unknown }).fairleadEnv;
  return {
    folder,
    env,
    mqttUrl: env.PUBLIC_MQTT_URL,
    webUrl: env.PUBLIC_URL,
    quick,
    async stop() {
      const { closeDb } = await import('../../src/server/db/client');
      await closeDb();
      await database.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Below the range of ephemeral ports, so that no outgoing connection takes it meanwhile. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    await new Promise<void>((resolve) => server.close(() => resolve()));
    if (free) return port;
  }
}
