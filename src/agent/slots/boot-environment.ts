/** The boot environment as a port: what the bootloader reads at power-on. One write is atomic, whatever it changes. */
import type { EnvVars } from '../bootloader/decide-boot';
import { readWholeFile, writeFileAtomic } from '../storage/atomic-file';
import type { Storage } from '../storage/storage';

export type BootEnvironment = {
  read(): Promise<EnvVars>;
  /** All changes or none, durable when it resolves. */
  write(changes: Readonly<Record<string, string>>): Promise<void>;
};

/**
 * Names the job and attempt whose switch the environment carries, written in the same write as the switch:
 * after a crash it tells "switched, then fell back" from "never switched".
 */
export const ATTEMPT_VARIABLE = 'fairlead_attempt';

/** A boot environment in a file, `name=value` a line, as `fw_printenv` prints it. */
export function createFileEnvironment(storage: Storage, path: string): BootEnvironment {
  async function read(): Promise<EnvVars> {
    return parseEnvironment(new TextDecoder().decode((await readWholeFile(storage, path)) ?? new Uint8Array()));
  }
  return {
    read,
    async write(changes) {
      const next = { ...(await read()), ...changes };
      const lines = Object.entries(next).map(([name, value]) => `${name}=${checked(name, value)}\n`);
      await writeFileAtomic(storage, path, new TextEncoder().encode(lines.sort().join('')));
    },
  };
}

/** `name=value` lines; what is none is left out. */
export function parseEnvironment(text: string): EnvVars {
  const pairs = text.split('\n').flatMap((line): [string, string][] => {
    const equals = line.indexOf('=');
    return equals <= 0 ? [] : [[line.slice(0, equals), line.slice(equals + 1)]];
  });
  return Object.fromEntries(pairs);
}

/** A value that cannot break out of its line. Throws RangeError. */
export function checked(name: string, value: string): string {
  if (!/^[A-Za-z0-9_]{1,60}$/.test(name)) throw new RangeError(`not the name of a boot variable: ${name}`);
  if (!/^[\x20-\x7e]{0,200}$/.test(value)) throw new RangeError(`not the value of a boot variable: ${name}`);
  return value;
}
