/** Whether each port is free, or taken by Fairlead itself, or by a stranger. */
import { createServer } from 'node:net';
import { type Check, ok, problem } from './check';

const ANSWER_WITHIN_MS = 3000;

type Port = { name: string; variable: string; port: number; host: string; isOurs: () => Promise<boolean> };

export async function checkPort({ name, variable, port, host, isOurs }: Port): Promise<Check> {
  const fault = await listenFault(port, host);
  if (fault === null) return ok(name, `port ${port} is free`);
  if (fault === 'EADDRINUSE' && (await isOurs().catch(() => false))) return ok(name, `port ${port}: Fairlead answers`);
  if (fault === 'EADDRINUSE')
    return problem(name, `port ${port} is taken by another program`, `End that program, or set ${variable} to a free port.`);
  if (fault === 'EACCES')
    return problem(name, `port ${port} needs more rights`, `Set ${variable} to a port of 1024 or above, behind a proxy.`);
  return problem(name, `port ${port} cannot be opened on ${host} (${fault})`, `Check HOST and ${variable}.`);
}

/** The web program says that it is alive. */
export async function answersAsWeb(port: number): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
  const body = (await answer.json()) as { status?: string };
  return answer.ok && body.status === 'alive';
}

/** The embedded broker's WebSocket port asks plain HTTP to upgrade. */
export async function answersAsBrokerWebSocket(port: number): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
  return answer.status === 426;
}

function listenFault(port: number, host: string): Promise<string | null> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
    server.listen(port, host, () => server.close(() => done(null)));
  });
}
