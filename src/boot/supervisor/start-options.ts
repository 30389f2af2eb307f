import { parseArgs } from 'node:util';

export const ROLES = ['all', 'web', 'controller', 'broker'] as const;
export type Role = (typeof ROLES)[number];
export type StartOptions = { role: Role; demo: boolean; dev: boolean };

export const USAGE = `npm start -- [--role web|controller|broker] [--no-demo]
  --role      run one program in the foreground against DATABASE_URL (and MQTT_URL) instead of everything
  --no-demo   no seed and no simulated cranes: an empty fleet
Settings come from the environment; .env.example lists them.`;

/** Options of `npm start`. Throws an Error with one sentence for what is none. */
export function readOptions(args: readonly string[]): StartOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      role: { type: 'string', default: 'all' },
      demo: { type: 'boolean', default: true },
      dev: { type: 'boolean', default: false },
    },
    allowNegative: true,
  });
  const role = ROLES.find((one) => one === values.role);
  if (role === undefined) throw new Error(`--role takes web, controller or broker, not ${values.role}.`);
  return { role, demo: values.demo, dev: values.dev };
}
