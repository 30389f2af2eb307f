/** Seeds the demo into an empty database and brings demo.json and the fleet's plan up to date; ends by itself. */
import { resolve } from 'node:path';
import { getEnv } from '#/server/config/env';
import { closeDb } from '#/server/db/client';
import { seedDemo } from '../../prisma/seed/demo';

try {
  const env = getEnv();
  const demo = await seedDemo({ home: resolve(env.FAIRLEAD_HOME), publicUrl: env.PUBLIC_URL, mqttUrl: env.PUBLIC_MQTT_URL });
  process.send?.({ demo });
  await closeDb();
  process.disconnect?.();
} catch (error) {
  process.send?.({ failed: `The demo could not be seeded: ${error instanceof Error ? error.message : String(error)}` });
  process.exit(1);
}
