/** /healthz: the process answers. /readyz: it can serve, so a load balancer may send requests. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FleetLink } from '#/domain/gateways/fleet-link';
import { readFleetLink } from '#/server/controllers/read-fleet-link';

const READY_WITHIN_MS = 2000;

let running: Promise<FleetLink | null> | null = null;

export function answerAlive(request: IncomingMessage, response: ServerResponse): void {
  answer(request, response, 200, { status: 'alive' });
}

/**
 * Not ready while it shuts down or while the database does not answer. A controller or broker that is gone is told, but
 * another web program would be no better: it stays ready.
 */
export async function answerReady(request: IncomingMessage, response: ServerResponse, closing: boolean): Promise<void> {
  if (closing) return answer(request, response, 503, { status: 'closing' });
  const link = await askDatabase();
  if (link === null) return answer(request, response, 503, { status: 'not_ready', reason: 'the database does not answer' });
  answer(request, response, 200, { status: 'ready', fleet_link: link });
}

/** Probes that come together share one question, so that they never queue up behind a database that hangs. */
async function askDatabase(): Promise<FleetLink | null> {
  running ??= readFleetLink()
    .catch(() => null)
    .finally(() => {
      running = null;
    });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), READY_WITHIN_MS);
  });
  return Promise.race([running, late]).finally(() => clearTimeout(timer));
}

function answer(request: IncomingMessage, response: ServerResponse, status: number, body: Record<string, unknown>): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': text.length, 'Cache-Control': 'no-store' });
  response.end(request.method === 'HEAD' ? undefined : text);
}
