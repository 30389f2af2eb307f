/** The embedded MQTT broker: TCP and WebSocket, per-gateway credentials, the same topic rules as production. */
import { timingSafeEqual } from 'node:crypto';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { Aedes, type AuthenticateError, type Client } from 'aedes';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { logger } from '#/server/config/logger';
import { parseUpTopic } from '#/protocol/mqtt/topics';
import { CONTROLLER_USER } from '#/server/enrolment/controller-credential';
import { mayPublish, maySubscribe } from '#/server/enrolment/topic-acl';

export type BrokerOptions = {
  host?: string;
  /** 0: a free port. */
  port: number;
  /** Null: no WebSocket. */
  wsPort: number | null;
  controllerPassword: string;
  /** Whether a gateway's id and secret fit. */
  verify: (gatewayId: string, secret: string) => Promise<boolean>;
  maxConnections?: number;
};
export type Broker = { port: number; wsPort: number | null; close(): Promise<void> };

const MAX_PAYLOAD_BYTES = 512 * 1024;
/** Return codes of CONNACK. */
const REFUSALS = { IDENTIFIER_REJECTED: 2, SERVER_UNAVAILABLE: 3, BAD_CREDENTIALS: 4 } as const;

/** Resolves when the broker listens; rejects when a port is taken. */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  // More than 0 collapses under overload and overflows the stack.
  const aedes = await Aedes.createBroker({ concurrency: 0, heartbeatInterval: 60_000, connectTimeout: 15_000 });
  aedes.authenticate = (client, username, password, done) => {
    const user = username ?? '';
    // A session belongs to its client id: under another's id one would end its session and inherit what waits for it.
    if (user !== CONTROLLER_USER && client.id !== user) return done(refusal('IDENTIFIER_REJECTED'), false);
    authenticate(options, user, password?.toString() ?? '').then(
      (fits) => {
        if (!fits) return done(refusal('BAD_CREDENTIALS'), false);
        users.set(client, user);
        done(null, true);
      },
      (error: unknown) => {
        logger.warn({ reason: String(error).slice(-300) }, 'broker: credentials cannot be checked');
        done(refusal('SERVER_UNAVAILABLE'), false);
      },
    );
  };
  aedes.authorizePublish = (client, packet, done) => {
    const allowed = client !== null && packet.payload.length <= MAX_PAYLOAD_BYTES && mayPublish(users.get(client) ?? '', packet.topic);
    // Only presence is worth keeping; anything else that is retained would come again to every controller that starts.
    if (allowed && packet.retain && parseUpTopic(packet.topic)?.channel !== 'presence') packet.retain = false;
    done(allowed ? null : new Error('not allowed'));
  };
  aedes.authorizeSubscribe = (client, subscription, done) => {
    done(null, client !== null && maySubscribe(users.get(client) ?? '', subscription.topic) ? subscription : null);
  };
  aedes.on('clientError', (client, error) => logger.debug({ client: client?.id, reason: error.message }, 'broker: client error'));
  aedes.on('connectionError', (_client, error) => logger.debug({ reason: error.message }, 'broker: connection error'));

  const server = createServer((socket) => void aedes.handle(socket));
  server.maxConnections = options.maxConnections ?? 15_000;
  const web = options.wsPort === null ? null : createHttpServer((_request, response) => response.writeHead(426).end());
  if (web) attachWebSocket(web, (stream) => aedes.handle(stream));
  await listen(server, options.port, options.host);
  if (web && options.wsPort !== null) await listen(web, options.wsPort, options.host);
  const portOf = (one: Server) => (one.address() as AddressInfo).port;
  return {
    port: portOf(server),
    wsPort: web ? portOf(web) : null,
    async close() {
      server.close();
      web?.close();
      web?.closeAllConnections();
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
    },
  };
}

/** The user that each connection has proved to be. */
const users = new WeakMap<Client, string>();

async function authenticate(options: BrokerOptions, username: string, password: string): Promise<boolean> {
  if (username !== CONTROLLER_USER) return options.verify(username, password);
  const [given, expected] = [Buffer.from(password), Buffer.from(options.controllerPassword)];
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function refusal(why: keyof typeof REFUSALS): AuthenticateError {
  return Object.assign(new Error(why), { returnCode: REFUSALS[why] }) as AuthenticateError;
}

type Duplex = ReturnType<typeof createWebSocketStream>;

function attachWebSocket(web: ReturnType<typeof createHttpServer>, handle: (stream: Duplex) => unknown): void {
  const sockets = new WebSocketServer({
    server: web,
    maxPayload: MAX_PAYLOAD_BYTES + 4096,
    handleProtocols: (offered) => (offered.has('mqtt') ? 'mqtt' : false),
  });
  sockets.on('connection', (socket) => handle(createWebSocketStream(socket)));
}

function listen(server: Server, port: number, host: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException) => reject(new Error(listenFault(error, port)));
    server.once('error', refuse);
    server.listen({ port, host: host ?? '0.0.0.0', backlog: 1024 }, () => {
      server.off('error', refuse);
      resolve();
    });
  });
}

function listenFault(error: NodeJS.ErrnoException, port: number): string {
  if (error.code !== 'EADDRINUSE') return `The broker cannot listen on port ${port}: ${error.message}.`;
  return `Port ${port} is taken by another program. End that program, or set MQTT_PORT and MQTT_WS_PORT to free ones.`;
}
