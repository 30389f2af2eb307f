/** A Mosquitto of its own for a test: docs/mosquitto.conf with other ports and paths, the generated ACL and password files. For tests. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { CONTROLLER_USER } from '#/server/enrolment/controller-credential';
import { makeVerifier } from '#/server/enrolment/credential-verifier';
import { toMosquittoAcl } from '#/server/enrolment/topic-acl';

const CONFIG = join(import.meta.dirname, '../../../docs/mosquitto.conf');
const PLACES = ['mosquitto', '/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto'];

/** The installed program, or null. */
export function findMosquitto(): string | null {
  for (const place of PLACES) {
    try {
      execFileSync(place, ['-h'], { stdio: 'pipe' });
    } catch (error) {
      // It is there and ends with a code of its own after printing its help.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue;
    }
    return place;
  }
  return null;
}

export type Mosquitto = {
  /** For gateways. */
  url: string;
  /** For controllers. */
  controllerUrl: string;
  stop(): Promise<void>;
};

/** `verifiers`: the $7$ verifier of each gateway id, as the database keeps them. */
export async function startMosquitto(
  program: string,
  controllerPassword: string,
  verifiers: ReadonlyMap<string, string>,
): Promise<Mosquitto> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-mosquitto-'));
  const lines = [...verifiers, [CONTROLLER_USER, await makeVerifier(controllerPassword)] as const].map(
    ([user, verifier]) => `${user}:${verifier}`,
  );
  await writeFile(join(folder, 'passwords'), `${lines.join('\n')}\n`, { mode: 0o600 });
  await writeFile(join(folder, 'acl'), toMosquittoAcl(), { mode: 0o600 });
  const [port, controllerPort] = [await freePort(), await freePort()];
  const config = (await readFile(CONFIG, 'utf8'))
    .replace('<acl>', join(folder, 'acl'))
    .replace('<passwords>', join(folder, 'passwords'))
    .replace('<data folder>', folder)
    .replace('listener 1883', `listener ${port} 127.0.0.1`)
    .replace('listener 1884', `listener ${controllerPort}`);
  await writeFile(join(folder, 'mosquitto.conf'), `${config}\n${process.getuid?.() === 0 ? 'user root\n' : ''}`);
  const child = spawn(program, ['-c', join(folder, 'mosquitto.conf')], { stdio: ['ignore', 'pipe', 'pipe'] });
  const said: string[] = [];
  child.stderr.on('data', (text: Buffer) => said.push(String(text)));
  await listening(child, controllerPort, said);
  return {
    url: `mqtt://127.0.0.1:${port}`,
    controllerUrl: `mqtt://127.0.0.1:${controllerPort}`,
    async stop() {
      const ended = once(child, 'exit');
      if (child.exitCode === null && child.kill('SIGTERM')) await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function listening(child: ChildProcess, port: number, said: string[]): Promise<void> {
  for (let tries = 0; tries < 2000; tries += 1) {
    if (child.exitCode !== null) break;
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect({ host: '127.0.0.1', port }, () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
    if (open) return;
    await wait(25);
  }
  throw new Error(`Mosquitto does not start: ${said.join('').slice(-500)}`);
}

/** Outside the ranges of ephemeral ports, of embedded databases and of the browser tests a collision with another program is unlikely. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 3000);
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port === port));
    });
    await new Promise<void>((resolve) => server.close(() => resolve()));
    if (free) return port;
  }
}
