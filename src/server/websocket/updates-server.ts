/** The contract's WebSocket: admits clients, tells them what concerns them, and keeps watch over each. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { logger } from '../config/logger';
import type { LiveProgress } from '../db/hint';
import { getLiveHub } from '../live/hub';
import { type Admission, admitClient, chooseProtocol, type Peer } from './admit-client';
import { type Refusal, refuseUpgrade } from './refuse-upgrade';
import { replayEvents } from './replay-events';
import { progressBody } from './stream-messages';
import { StreamTail, type TailedEvent } from './stream-tail';
import { UpdatesClient } from './updates-client';

export type UpdatesOptions = { publicUrl: string; heartbeatMs?: number; maxClients?: number; maxClientsPerUser?: number };
export type UpdatesServer = {
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, peer: Peer): Promise<void>;
  /** The connections that are open or closing. */
  readonly sockets: ReadonlySet<WebSocket>;
  /** Ends every connection with 1001. */
  close(): Promise<void>;
};

/** What clients say is ignored; this much of it is read. */
const MAX_INBOUND_BYTES = 16 * 1024;
const CLOSE_MS = 2000;
const GOING_AWAY = 1001;
const INTERNAL = 1011;
const SESSION_ENDED = 4401;
const NOT_ALLOWED = 4403;

export function createUpdatesServer(options: UpdatesOptions): UpdatesServer {
  const { publicUrl, heartbeatMs = 30_000, maxClients = 5000, maxClientsPerUser = 1000 } = options;
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: true,
    maxPayload: MAX_INBOUND_BYTES,
    perMessageDeflate: false,
    handleProtocols: chooseProtocol,
  });
  const tail = new StreamTail();
  const clients = new Set<UpdatesClient>();
  const perUser = new Map<string, number>();
  let stopProgress: (() => void) | null = null;
  let closing = false;

  const tellProgress = (batch: readonly LiveProgress[]) => {
    for (const progress of batch) {
      let body: string | undefined;
      const item = { progress, body: () => (body ??= progressBody(progress)) };
      for (const client of clients) if (client.hears(progress.g, progress.s)) client.addProgress(item);
    }
  };

  const refusalOf = (admission: Admission): Refusal | null => {
    if (closing) return { status: 503, code: 'SERVICE_UNAVAILABLE', message: 'The server is closing.' };
    if (sockets.clients.size >= maxClients) return { status: 503, code: 'SERVICE_UNAVAILABLE', message: 'Too many connections.' };
    if ((perUser.get(admission.actor.id) ?? 0) >= maxClientsPerUser)
      return { status: 429, code: 'RATE_LIMITED', message: 'You have too many connections.' };
    return null;
  };

  const serve = async (socket: WebSocket, admission: Admission) => {
    const client = new UpdatesClient(socket, admission.actor, admission.gatewayId);
    const { id: userId } = admission.actor;
    perUser.set(userId, (perUser.get(userId) ?? 0) + 1);
    // Until the replay is through, live events wait.
    let waiting: TailedEvent[] | null = [];
    let skipped: ReadonlySet<number> = new Set();
    const listener = (event: TailedEvent) => {
      if (waiting) waiting.push(event);
      else if (!skipped.has(event.id) && client.hears(event.gatewayId, event.siteId)) client.addEvent(event);
      else client.passTo(event.id);
    };
    const stopWatching = watch(client, admission.recheck, heartbeatMs);
    socket.on('error', (error) => logger.debug({ reason: error.message }, 'websocket: a connection failed'));
    socket.on('close', () => {
      stopWatching();
      tail.leave(listener);
      clients.delete(client);
      const left = (perUser.get(userId) ?? 1) - 1;
      if (left > 0) perUser.set(userId, left);
      else perUser.delete(userId);
      if (clients.size === 0) stopProgress?.();
      if (clients.size === 0) stopProgress = null;
    });
    const { position: until, held } = await tail.join(listener);
    if (admission.since === null) {
      // A new client hears what comes from now on, not what was there and had not had its turn yet.
      skipped = new Set(held);
    } else {
      await replayEvents(client, admission.since, until);
      await client.drained();
    }
    client.passTo(until);
    const missed = waiting;
    waiting = null;
    for (const event of missed) listener(event);
    if (socket.readyState !== socket.OPEN) return tail.leave(listener);
    clients.add(client);
    stopProgress ??= getLiveHub().onProgress(tellProgress);
  };

  return {
    sockets: sockets.clients,
    async accept(request, socket, head, peer) {
      const admission = await admitClient(request, peer, publicUrl).catch((error: unknown): Refusal => {
        logger.error({ error }, 'websocket: a client could not be checked');
        return { status: 503, code: 'SERVICE_UNAVAILABLE', message: 'The server cannot check this now.' };
      });
      const refusal = 'status' in admission ? admission : refusalOf(admission);
      if (refusal || 'status' in admission) return refuseUpgrade(socket, refusal as Refusal, peer.requestId);
      sockets.handleUpgrade(request, socket, head, (client) => {
        serve(client, admission).catch((error: unknown) => {
          logger.error({ error }, 'websocket: a client could not be served');
          client.close(INTERNAL, 'try again');
        });
      });
    },
    async close() {
      closing = true;
      const open = [...sockets.clients];
      const closed = Promise.all(open.map((socket) => new Promise<void>((resolve) => socket.once('close', () => resolve()))));
      for (const socket of open) socket.close(GOING_AWAY, 'the server is closing');
      const cut = setTimeout(() => {
        for (const socket of open) socket.terminate();
      }, CLOSE_MS);
      await closed;
      clearTimeout(cut);
    },
  };
}

/** Every 30 s: a ping, the end of those that did not answer the last one, and a look whether the session still holds. */
function watch(client: UpdatesClient, recheck: Admission['recheck'], everyMs: number): () => void {
  const { socket } = client;
  let alive = true;
  socket.on('pong', () => {
    alive = true;
  });
  const timer = setInterval(() => {
    if (!alive) return socket.terminate();
    alive = false;
    socket.ping();
    recheck().then(
      (actor) => {
        if (!actor) socket.close(SESSION_ENDED, 'your session or token has ended');
        else if (!client.setActor(actor)) socket.close(NOT_ALLOWED, 'your role no longer allows this');
      },
      (error: unknown) => logger.warn({ reason: (error as Error).message }, 'websocket: a session could not be checked'),
    );
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
