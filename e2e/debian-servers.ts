/** Debian's PostgreSQL and Mosquitto, started by a test on ports of their own. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import path from 'node:path';
import { expect } from '@playwright/test';

export type Server = { url: string; stop(): Promise<void> };
type User = { uid?: number; gid?: number };

/** Both refuse to run as root; Debian's package makes the user. */
function unprivileged(name: string): User {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string) => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

function ownFolder(folder: string, user: User): void {
  mkdirSync(folder, { recursive: true });
  chmodSync(path.dirname(folder), 0o711);
  if (user.uid !== undefined && user.gid !== undefined) chownSync(folder, user.uid, user.gid);
}

async function runServer(command: string, args: string[], user: User, port: number, signal: NodeJS.Signals): Promise<() => Promise<void>> {
  const child = spawn(command, args, { ...user, stdio: 'ignore' });
  await expect.poll(() => answers(port), { message: `${path.basename(command)} listens` }).toBe(true);
  return async () => {
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('close', () => socket.destroy());
    socket.once('connect', () => socket.end());
  });
}

export async function startPostgres(folder: string, port: number): Promise<Server> {
  const version = readdirSync('/usr/lib/postgresql').sort().at(-1);
  const bin = `/usr/lib/postgresql/${version}/bin`;
  const user = unprivileged('postgres');
  ownFolder(folder, user);
  execFileSync(`${bin}/initdb`, ['-D', folder, '-U', 'fairlead', '--auth=trust', '--encoding=UTF8'], { ...user, stdio: 'ignore' });
  const args = [
    '-D',
    folder,
    '-p',
    String(port),
    '-c',
    'listen_addresses=127.0.0.1',
    '-c',
    `unix_socket_directories=${folder}`,
    '-c',
    'fsync=off',
  ];
  const stop = await runServer(`${bin}/postgres`, args, user, port, 'SIGINT');
  return { url: `postgresql://fairlead@127.0.0.1:${port}/postgres`, stop };
}

export type Mosquitto = Server & {
  /** For the controllers; the gateways' address is `url`. */
  controllerUrl: string;
  /** Puts the passwords of newly enrolled gateways into force. */
  reload(passwords: string): void;
};

/** With docs/mosquitto.conf, its places filled in. */
export async function startMosquitto(folder: string, port: number, acl: string, passwords: string): Promise<Mosquitto> {
  const user = unprivileged('mosquitto');
  ownFolder(folder, user);
  const write = (name: string, text: string) => {
    const file = path.join(folder, name);
    writeFileSync(file, text, { mode: 0o640 });
    if (user.uid !== undefined && user.gid !== undefined) chownSync(file, user.uid, user.gid);
    return file;
  };
  const conf = readFileSync('docs/mosquitto.conf', 'utf8')
    .replaceAll('<acl>', write('acl', acl))
    .replaceAll('<passwords>', write('passwords', passwords))
    .replaceAll('<data folder>', folder)
    .replace('listener 1883', `listener ${port} 127.0.0.1`)
    .replace('listener 1884', `listener ${port + 1}`);
  const child = spawn('/usr/sbin/mosquitto', ['-c', write('mosquitto.conf', conf)], { ...user, stdio: 'ignore' });
  await expect.poll(() => answers(port), { message: 'mosquitto listens' }).toBe(true);
  return {
    url: `mqtt://127.0.0.1:${port}`,
    controllerUrl: `mqtt://127.0.0.1:${port + 1}`,
    reload(text) {
      write('passwords', text);
      child.kill('SIGHUP');
    },
    async stop() {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    },
  };
}
