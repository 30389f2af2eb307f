import { z } from 'zod';
import { type Env, envSchema } from './env-schema';

const globalForEnv = globalThis as { fairleadEnv?: Env };

/**
 * The environment, parsed once per process (shared by the module graphs of Next and of the custom server).
 * Throws an Error whose message names each bad variable and what it must be.
 */
export function getEnv(): Env {
  globalForEnv.fairleadEnv ??= parseEnv(process.env);
  return globalForEnv.fairleadEnv;
}

/** Parses an environment; empty text counts as not set. */
export function parseEnv(source: Record<string, string | undefined>): Env {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = envSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const { fieldErrors } = z.flattenError(parsed.error);
  const faults = Object.entries(fieldErrors).map(
    ([name, messages]) => `${name}: ${given[name] === undefined ? 'is not set' : messages?.join(', ')}`,
  );
  throw new Error(`The environment is not usable. ${faults.join('; ')}. See .env.example.`);
}
