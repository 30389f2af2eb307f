/** Finds the installation that a command is about: the environment, else what a running `npm start` left in FAIRLEAD_HOME. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { userInfo } from 'node:os';
import { type Actor, systemActor } from '#/server/access/actor';
import { EMBEDDED_FILE, type EmbeddedFile, embeddedFileSchema } from '#/server/config/embedded-file';
import { getPool } from '#/server/db/client';
import { CliError, EXIT } from './exit-codes';

export type Installation = { home: string; embedded: EmbeddedFile | null };

/** Sets DATABASE_URL and FAIRLEAD_SECRET for this process where they are not set. Never throws. */
export async function findInstallation(): Promise<Installation> {
  const home = process.env.FAIRLEAD_HOME || '.fairlead';
  const embedded = await readEmbedded(join(home, EMBEDDED_FILE));
  if (!process.env.DATABASE_URL && embedded) process.env.DATABASE_URL = embedded.database_url;
  if (!process.env.FAIRLEAD_SECRET) {
    const secret = await readFile(join(home, 'secret'), 'utf8').catch(() => '');
    if (secret.trim()) process.env.FAIRLEAD_SECRET = secret.trim();
  }
  return { home, embedded };
}

/** The installation with a database that answers and has its tables. */
export async function connect(): Promise<Installation> {
  const installation = await findInstallation();
  if (!process.env.DATABASE_URL) {
    throw new CliError(
      EXIT.unreachable,
      `Fairlead is not running here: set DATABASE_URL, or start it with npm start (its folder is ${installation.home}; FAIRLEAD_HOME moves it).`,
      'NOT_RUNNING',
    );
  }
  if (!process.env.FAIRLEAD_SECRET) {
    throw new CliError(
      EXIT.failed,
      `There is no secret: set FAIRLEAD_SECRET, or start Fairlead once, which makes ${installation.home}/secret.`,
      'NO_SECRET',
    );
  }
  const { rows } = await getPool()
    .query<{ ready: boolean }>(`SELECT to_regclass('"User"') IS NOT NULL AS ready`)
    .catch((error: Error) => {
      throw unreachable(error, installation);
    });
  if (!rows[0]?.ready)
    throw new CliError(EXIT.failed, 'The database has no tables yet: start Fairlead once, it makes them.', 'NOT_MIGRATED');
  return installation;
}

/** Who acts here: whoever has a shell on this machine, named for the audit trail. */
export function consoleActor(): Actor {
  return systemActor(`command line (${userInfo().username})`);
}

function unreachable(error: Error, installation: Installation): CliError {
  const fromFile = installation.embedded !== null && process.env.DATABASE_URL === installation.embedded.database_url;
  const remedy = fromFile ? 'Start Fairlead with npm start.' : 'Check DATABASE_URL and that PostgreSQL runs.';
  return new CliError(EXIT.unreachable, `The database does not answer (${reasonOf(error)}). ${remedy}`, 'DATABASE_UNREACHABLE');
}

/** Happy-eyeballs failures have an empty message and their causes inside. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}

async function readEmbedded(file: string): Promise<EmbeddedFile | null> {
  try {
    return embeddedFileSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return null;
  }
}
