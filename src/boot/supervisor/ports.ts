import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

export type WantedPort = { name: string; port: number };

/** Throws one sentence for the first port that is taken. After an unclean end its old holders get a few seconds to go. */
export async function requireFree(ports: readonly WantedPort[], host: string, patienceMs: number): Promise<void> {
  const endMs = Date.now() + patienceMs;
  for (const { name, port } of ports) {
    for (;;) {
      const fault = await listenFault(port, host);
      if (fault === null) break;
      if (Date.now() < endMs && fault === 'EADDRINUSE') {
        await wait(100);
        continue;
      }
      throw new Error(sentence(fault, name, port, host));
    }
  }
}

function sentence(fault: string, name: string, port: number, host: string): string {
  if (fault === 'EADDRINUSE')
    return `Port ${port} (${name}) is taken by another program. End that program, or choose another port: ${name}=${port + 1} npm start.`;
  if (fault === 'EACCES') return `Port ${port} (${name}) may not be opened by this user. Choose one above 1023 with ${name}.`;
  return `Port ${port} (${name}) cannot be opened on ${host}: ${fault}.`;
}

function listenFault(port: number, host: string): Promise<string | null> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
    server.listen(port, host, () => server.close(() => done(null)));
  });
}
