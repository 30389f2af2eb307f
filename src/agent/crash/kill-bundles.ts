/** Debug bundles beside the jobs of a gateway program that is killed: ordered now and then, and what must hold of them after every death. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import type { CommandBody } from '#/protocol/mqtt/commands';
import { sha256Of } from '../testing/sim-images';
import type { SimServer } from '../testing/sim-server';
import type { KillWorld } from './kill-world';

const DOOR = '/device/v1/bundles/';
const PASSWORD = 'pw-of-the-plc-9xK7Qz';

/** What bundles are about: a password in the configuration, and a log that mentions it. */
export async function seedSecrets(folder: string): Promise<void> {
  const [config, log] = [join(folder, 'data/gateway/config/plc.ini'), join(folder, 'data/gateway/logs/crane.log')];
  await Promise.all([config, log].map((path) => mkdir(dirname(path), { recursive: true })));
  await writeFile(config, `password = ${PASSWORD}\n`);
  await writeFile(log, `logged in with ${PASSWORD}\n`.repeat(3000));
}

/** Plain, so that a secret in it would be seen on the disk. `seq`: later than that of every order before it. */
export function orderBundle(world: KillWorld, number: number, seq: number): void {
  const bundleId = `DBG-${String(number).padStart(5, '0')}`;
  const what = { bundleId, kind: 'debug', compression: 'none', maxBytes: 2_000_000, uploadPath: DOOR + bundleId } as const;
  const body: CommandBody = { name: 'bundle.collect', ...what, contents: ['logs', 'config', 'system_info'] };
  world.commands.push({ id: `b${number}`, seq, body, when: () => true });
}

/** PUT of a bundle, as the server's door does it: whole or not at all. */
export async function takeBundle(server: SimServer, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const id = request.url?.slice(DOOR.length) ?? '';
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  if (request.headers['x-content-sha256'] !== sha256Of(bytes)) server.lies.push(`bundle ${id} is not what was announced`);
  if (bytes.includes(PASSWORD)) server.lies.push(`bundle ${id} holds a secret`);
  const known = server.uploads.get(id);
  if (known !== undefined && sha256Of(known) !== sha256Of(bytes)) return void response.writeHead(404).end();
  server.uploads.set(id, bytes);
  response.writeHead(known === undefined ? 201 : 200).end();
}

export const isBundleUpload = ({ method, url }: IncomingMessage): boolean => method === 'PUT' && url?.startsWith(DOOR) === true;

/** What is wrong with the bundles on the disk of a gateway that is off. */
export async function checkBundles({ server }: KillWorld, folder: string): Promise<string[]> {
  const bundles = join(folder, 'data/bundles');
  const names = await readdir(bundles).catch(() => [] as string[]);
  const faults: string[] = [];
  for (const name of names) {
    if ((await readFile(join(bundles, name))).includes(PASSWORD)) faults.push(`${name} holds a secret`);
  }
  for (const [id, end] of server.bundleEnds) {
    const sent = server.uploads.get(id);
    if (end.state === 'failed') faults.push(`${id} failed: ${end.message}`);
    else if (sent === undefined || sha256Of(sent) !== end.sha256) faults.push(`${id} is reported as sent, and is not what came`);
    if (names.includes(`${id}.tar`)) faults.push(`${id} has ended and is still on the disk`);
  }
  // What was taken on and has not ended goes on in the next life.
  for (const { id, body } of server.commands) {
    if (body.name !== 'bundle.collect' || server.answers.get(id) !== 'OK' || server.bundleEnds.has(body.bundleId)) continue;
    if (!names.includes(`${body.bundleId}.json`)) faults.push(`${body.bundleId} is forgotten`);
  }
  return faults;
}
