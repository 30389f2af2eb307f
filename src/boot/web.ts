/** The web program: pages, tRPC, REST, WebSocket and the device doors on one port. */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { getEnv } from '#/server/config/env';
import { logger } from '#/server/config/logger';
import { limitQueries } from '#/server/db/client';
import { getLiveHub } from '#/server/live/hub';
import { handleRest } from '#/server/rest/handle-rest';
import { startKeepingUploads } from '#/server/uploads/keep-uploads';
import { createUploadDoor } from '#/server/uploads/upload-door';
import { runProgram } from './program';
import { createWebServer, listen } from './web/http-server';
import { startPages } from './web/next-pages';
import { createRouter } from './web/route-request';
import { createUpgrades } from './web/route-upgrade';

/** Twice as long as a door waits for its work; an answer that is lost on the way a little longer. */
const QUERY_LIMITS = { statementMs: 60_000, answerMs: 65_000 };

export type WebProgram = { port: number; close(): Promise<void> };

/** Resolves when the port is open and pages can be served. NODE_ENV=development gives hot reload. */
export async function startWeb(): Promise<WebProgram> {
  const env = getEnv();
  limitQueries(QUERY_LIMITS);
  let closing = false;
  const pages = await startPages({
    dev: process.env.NODE_ENV === 'development',
    dir: projectFolder(),
    hostname: env.HOST,
    port: env.PORT,
  });
  const upgrades = createUpgrades({ pages, publicUrl: env.PUBLIC_URL, trustProxy: env.TRUST_PROXY });
  const uploads = createUploadDoor();
  const router = createRouter({
    rest: handleRest,
    uploads: uploads.handle,
    pages,
    trustProxy: env.TRUST_PROXY,
    overTls: env.PUBLIC_URL.startsWith('https://'),
    mqttUrl: env.PUBLIC_MQTT_URL,
    isClosing: () => closing,
  });
  const web = createWebServer(router, upgrades.handle);
  const port = await listen(web.server, env.PORT, env.HOST);
  const uploadsKept = startKeepingUploads();
  logger.info({ port }, 'web: listening');
  return {
    port,
    async close() {
      closing = true;
      await Promise.all([upgrades.close(), web.close(), uploadsKept.stop()]);
      await uploads.close();
      await pages.close();
    },
  };
}

/** Where package.json and .next are: above src/boot as well as above dist. */
function projectFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

if (/^web\.(ts|mjs)$/.test(basename(process.argv[1] ?? ''))) {
  await runProgram('web', async () => {
    const web = await startWeb();
    return {
      async close() {
        await web.close();
        await getLiveHub().close();
      },
    };
  });
}
