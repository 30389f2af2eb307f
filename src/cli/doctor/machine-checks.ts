/** What the machine gives: runtime, disk, secret, artifact folder, environment. */
import { randomUUID } from 'node:crypto';
import { mkdir, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { s3Store } from '#/server/artifacts/s3-store';
import { parseStoreAddress } from '#/server/artifacts/store-address';
import { parseEnv } from '#/server/config/env';
import { reasonOf } from '../connect';
import { type Check, ok, problem, warning } from './check';

const NEEDED_NODE = 24;
const GIB = 1024 ** 3;
const ENOUGH_BYTES = 4 * GIB;
const LEAST_BYTES = GIB / 2;
const SECRET_LENGTH = 32;

/** Every variable, as the programs will read them. */
export function checkEnvironment(source: NodeJS.ProcessEnv): Check {
  try {
    // What npm start provides by itself is not asked for here; database and secret have lines of their own.
    parseEnv({ DATABASE_URL: 'postgresql://localhost/x', FAIRLEAD_SECRET: 'x'.repeat(SECRET_LENGTH), ...given(source) });
    return ok('environment', 'every variable is valid');
  } catch (error) {
    return problem('environment', reasonOf(error), 'Correct the variables; .env.example says what each must be.');
  }
}

function given(source: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(source).filter(([, value]) => value)) as NodeJS.ProcessEnv;
}

export function checkNode(version: string): Check {
  if (Number(version.split('.')[0]) >= NEEDED_NODE) return ok('node', `Node ${version}`);
  return problem('node', `Node ${version} is too old`, `Use Node ${NEEDED_NODE} or later; npm start brings it along.`);
}

/** Free space where the embedded database and the images are. */
export async function checkDisk(folder: string): Promise<Check> {
  const existing = await nearestExisting(folder);
  const { bavail, bsize } = await statfs(existing);
  const free = bavail * bsize;
  const text = `${(free / GIB).toFixed(1)} GiB free for ${folder}`;
  if (free < LEAST_BYTES) return problem('disk', text, 'Free space, or set FAIRLEAD_HOME to a larger disk.');
  if (free < ENOUGH_BYTES) return warning('disk', text, 'Free space before more images are uploaded.');
  return ok('disk', text);
}

async function nearestExisting(folder: string): Promise<string> {
  let path = resolve(folder);
  while (path !== dirname(path)) {
    if (await stat(path).catch(() => null)) return path;
    path = dirname(path);
  }
  return path;
}

/** `fromEnvironment`: FAIRLEAD_SECRET as it was set before the file was looked at. */
export async function checkSecret(home: string, fromEnvironment: string | undefined, found: string | undefined): Promise<Check> {
  const file = join(home, 'secret');
  if (!found)
    return problem('secret', 'there is none', 'Set FAIRLEAD_SECRET (32 characters or more), or start Fairlead once, which makes one.');
  if (found.length < SECRET_LENGTH) return problem('secret', 'it is too short', `Use at least ${SECRET_LENGTH} characters.`);
  if (fromEnvironment) return ok('secret', 'FAIRLEAD_SECRET is set');
  const mode = (await stat(file)).mode & 0o077;
  if (mode !== 0) return warning('secret', `${file} can be read by others`, `chmod 600 ${file}`);
  return ok('secret', `kept in ${file}`);
}

/** Writes, reads and removes a blob in an S3 bucket. */
export async function checkBucket(address: string): Promise<Check> {
  try {
    const store = s3Store(parseStoreAddress(address));
    await store.probe();
    return ok('artifacts', `${store.place} can be written and read`);
  } catch (error) {
    const message = `the bucket of ARTIFACT_STORE_URL cannot be used: ${reasonOf(error)}`;
    return problem('artifacts', message, 'Correct the address, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or what the key may do.');
  }
}

/** Writes, and removes, a file where images go. */
export async function checkArtifactFolder(folder: string): Promise<Check> {
  const probe = join(folder, `.doctor-${randomUUID()}`);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(probe, 'probe', { flag: 'wx' });
    return ok('artifacts', `${folder} can be written`);
  } catch (error) {
    return problem('artifacts', `${folder} cannot be written: ${reasonOf(error)}`, 'Give this user the folder, or set ARTIFACT_FOLDER.');
  } finally {
    await rm(probe, { force: true }).catch(() => undefined);
  }
}
