/** Servers of tests on free ports outside the range that the kernel hands out to clients (32768–60999). */
import type { Server } from 'node:net';

const FIRST_PORT = 20_000;
const PORTS = 12_000;

/** Listens on 127.0.0.1 on a port that was free; resolves with it. */
export async function listenOnFreePort(server: Server): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS);
    const taken = await new Promise<boolean>((resolve, reject) => {
      const failed = (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(true) : reject(error));
      server.once('error', failed);
      server.listen(port, '127.0.0.1', () => {
        server.off('error', failed);
        resolve(false);
      });
    });
    if (!taken) return port;
  }
  throw new Error('no free port was found');
}
