/** FAIRLEAD_HOME: what this installation keeps beside the database. */
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The secret that seals keys and sessions: given, or made once and kept with mode 0600. */
export async function keepSecret(home: string, given: string | undefined): Promise<string> {
  if (given) return given;
  const path = join(home, 'secret');
  const kept = (await readFile(path, 'utf8').catch(() => '')).trim();
  if (kept.length >= 32) return kept;
  await mkdir(home, { recursive: true });
  const secret = randomBytes(32).toString('base64url');
  await writeFile(path, `${secret}\n`, { mode: 0o600 });
  return secret;
}

/** What the `fairlead` command needs to reach what runs; gone again after an orderly end. */
export async function writeRunning(
  home: string,
  running: { pid: number; database_url: string; mqtt_url: string; url: string },
): Promise<void> {
  const path = join(home, 'embedded.json');
  await writeFile(path, `${JSON.stringify(running, null, 2)}\n`, { mode: 0o600 });
  await chmod(path, 0o600);
}

export async function forgetRunning(home: string): Promise<void> {
  await rm(join(home, 'embedded.json'), { force: true });
}

/** True when an earlier start of this folder did not end in order. Throws when it still runs. */
export async function findUnclean(home: string): Promise<boolean> {
  const text = await readFile(join(home, 'embedded.json'), 'utf8').catch(() => null);
  if (text === null) return false;
  const pid = Number((JSON.parse(text) as { pid?: number }).pid);
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  // Process ids are used again: only a supervisor counts.
  if (pid !== process.pid && /main\.(mjs|ts)|start\.mjs/.test(commandLine)) {
    throw new Error(
      `Fairlead already runs from ${home} (process ${pid}). End it, or give this one another FAIRLEAD_HOME, PORT, MQTT_PORT and MQTT_WS_PORT.`,
    );
  }
  return true;
}
