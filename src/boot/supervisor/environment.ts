/** The environment of the programs: what was given, with the addresses of what is embedded filled in. */
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseEnv } from '#/server/config/env';
import type { Env } from '#/server/config/env-schema';
import { keepSecret } from './home';

export type Given = NodeJS.ProcessEnv;
/** Stands in while the embedded database has no address yet. */
const UNKNOWN_DATABASE = 'postgresql://not-started-yet';

/** The given environment with its defaults, before anything is started. Throws one sentence for bad values. */
export async function prepareEnvironment(given: Given): Promise<Env> {
  const first = parseEnv({
    ...given,
    DATABASE_URL: given.DATABASE_URL || UNKNOWN_DATABASE,
    FAIRLEAD_SECRET: given.FAIRLEAD_SECRET || 'x'.repeat(32),
  });
  const home = resolve(first.FAIRLEAD_HOME);
  await mkdir(home, { recursive: true });
  return {
    ...first,
    FAIRLEAD_HOME: home,
    FAIRLEAD_SECRET: await keepSecret(home, given.FAIRLEAD_SECRET),
    PUBLIC_URL: given.PUBLIC_URL || `http://localhost:${first.PORT}`,
    PUBLIC_MQTT_URL: given.PUBLIC_MQTT_URL || first.MQTT_URL || `mqtt://localhost:${first.MQTT_PORT}`,
  };
}

/** As text for child processes. */
export function toProcessEnv(env: Env, program: string, dev: boolean): NodeJS.ProcessEnv {
  const text = Object.entries(env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, typeof value === 'boolean' ? String(Number(value)) : String(value)]],
  );
  return {
    ...process.env,
    ...Object.fromEntries(text),
    FAIRLEAD_PROGRAM: program,
    NODE_ENV: dev ? 'development' : 'production',
    NEXT_TELEMETRY_DISABLED: '1',
  };
}
