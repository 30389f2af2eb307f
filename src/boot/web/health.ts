/** /healthz: the process answers. /readyz: it can serve, so a load balancer may send requests. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { getPool } from '#/server/db/client';

const READY_WITHIN_MS = 2000;

let running: Promise<boolean> | null = null;

export function answerAlive(request: IncomingMessage, response: ServerResponse): void {
  answer(request, response, 200, { status: 'alive' });
}

/** Not ready while it shuts down or while the database does not answer. */
export async function answerReady(request: IncomingMessage, response: ServerResponse, closing: boolean): Promise<void> {
  if (closing) return answer(request, response, 503, { status: 'closing' });
  const ready = await databaseAnswers();
  answer(
    request,
    response,
    ready ? 200 : 503,
    ready ? { status: 'ready' } : { status: 'not_ready', reason: 'the database does not answer' },
  );
}

/** Probes that come together share one question, so that they never queue up behind a database that hangs. */
async function databaseAnswers(): Promise<boolean> {
  running ??= getPool()
    .query('SELECT 1')
    .then(
      () => true,
      () => false,
    )
    .finally(() => {
      running = null;
    });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), READY_WITHIN_MS);
  });
  return Promise.race([running, late]).finally(() => clearTimeout(timer));
}

function answer(request: IncomingMessage, response: ServerResponse, status: number, body: Record<string, string>): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': text.length, 'Cache-Control': 'no-store' });
  response.end(request.method === 'HEAD' ? undefined : text);
}
