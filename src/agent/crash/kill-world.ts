/** What the killed agent talks to: an MQTT broker, the device doors, and a server that signs its commands. */
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { Aedes } from 'aedes';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { COMMAND_JWS_TYP, type CommandBody } from '#/protocol/mqtt/commands';
import { durableEventSchema, telemetrySchema } from '#/protocol/mqtt/events';
import { parseUpTopic, topicFor } from '#/protocol/mqtt/topics';
import type { GrantKeys } from '../identity/identity-file';
import { listenOnFreePort } from '../testing/listen';
import { type SimImage, sha256Of } from '../testing/sim-images';
import { type SimCommand, SimServer } from '../testing/sim-server';
import { isBundleUpload, takeBundle } from './kill-bundles';

export type KillWorld = {
  mqttUrl: string;
  baseUrl: string;
  server: SimServer;
  /** The server's orders; push to order more. */
  commands: SimCommand[];
  /** Called after every durable event. */
  onEvent: () => void;
  /** Completes an order when it is sent; by default it is sent as it is. */
  prepare: (body: CommandBody) => Promise<CommandBody>;
  /** Of the newest constraint report: what a grant must name. */
  place: { boot_id: string; nonce: string } | null;
  close(): Promise<void>;
};

const RESEND_MS = 250;
const KEY_ID = 'kill-world';

/** Enrols any token as this one gateway. */
export async function startKillWorld(gatewayId: string, secret: string, images: SimImage[], grantKeys: GrantKeys = []): Promise<KillWorld> {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
  const commands: SimCommand[] = [];
  const server = new SimServer(commands);
  const broker = await Aedes.createBroker({
    authenticate: (_client, username, password, done) => done(null, username === gatewayId && password?.toString() === secret),
  });
  const send = (channel: 'cmd' | 'confirm', payload: string) =>
    broker.publish({ cmd: 'publish', topic: topicFor(gatewayId, channel), payload, qos: 1, retain: false, dup: false }, () => {});

  async function relay(): Promise<void> {
    const command = server.due();
    if (!command) return;
    const jws = await new SignJWT({ seq: command.seq, body: await world.prepare(command.body) })
      .setProtectedHeader({ alg: 'EdDSA', typ: COMMAND_JWS_TYP, kid: KEY_ID })
      .setIssuer('fairlead')
      .setAudience(gatewayId)
      .setJti(command.id)
      .setIssuedAt()
      .setNotBefore('-1s')
      .setExpirationTime('10m')
      .sign(privateKey);
    send('cmd', jws);
  }

  const broadcast = createServer(broker.handle);
  const commandKeys = [{ ...(await exportJWK(publicKey)), kid: KEY_ID }];
  const files = createHttpServer((request, response) => {
    if (request.url === '/device/v1/enroll') {
      const identity = { gatewayId, gatewayName: 'kill', mqttUrl: world.mqttUrl, mqttUsername: gatewayId, mqttPassword: secret };
      // An empty set is no set: a server without grant keys says nothing of them.
      const keys = { commandKeys, ...(grantKeys.length > 0 ? { grantKeys } : {}) };
      return void response.end(JSON.stringify({ ...identity, ...keys, serverTime: new Date().toISOString() }));
    }
    if (isBundleUpload(request)) return void takeBundle(server, request, response).catch(() => response.destroy());
    const expected = `Basic ${Buffer.from(`${gatewayId}:${secret}`).toString('base64')}`;
    const asked = images
      .map(({ packed, bytes }) => packed?.file ?? bytes)
      .find((file) => request.url?.endsWith(`/artifacts/${sha256Of(file)}`));
    if (request.headers.authorization !== expected || !asked) return void response.writeHead(asked ? 401 : 404).end();
    const offset = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const total = asked.length;
    const range = { 'content-range': `bytes ${offset}-${total - 1}/${total}` };
    response.writeHead(offset > 0 ? 206 : 200, {
      etag: `"${sha256Of(asked)}"`,
      'content-length': total - offset,
      ...(offset > 0 ? range : {}),
    });
    response.end(asked.subarray(offset));
  });
  const world: KillWorld = {
    mqttUrl: `mqtt://127.0.0.1:${await listenOnFreePort(broadcast)}`,
    baseUrl: `http://127.0.0.1:${await listenOnFreePort(files)}`,
    server,
    commands,
    onEvent: () => {},
    prepare: (body) => Promise.resolve(body),
    place: null,
    async close() {
      clearInterval(timer);
      files.closeAllConnections();
      files.close();
      await new Promise<void>((resolve) => broker.close(resolve));
      broadcast.close();
    },
  };
  broker.on('publish', (packet, client) => {
    const channel = client && parseUpTopic(packet.topic)?.channel;
    if (channel === 'telemetry') {
      const { bootId, nonce } = telemetrySchema.parse(JSON.parse(packet.payload.toString()));
      if (bootId !== undefined && nonce !== undefined) world.place = { boot_id: bootId, nonce };
    }
    if (channel !== 'event') return;
    const event = durableEventSchema.parse(JSON.parse(packet.payload.toString()));
    // After a restart the agent says again what was not confirmed in time; a gap would be a lie and is kept as one.
    server.take(event);
    send('confirm', JSON.stringify({ v: 1, epoch: event.epoch, n: server.lastN.get(event.epoch) ?? 0 }));
    if (event.body.type === 'hello') void relay();
    world.onEvent();
  });
  const timer = setInterval(() => void relay(), RESEND_MS);
  return world;
}
