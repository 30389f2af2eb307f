/** What the demo fleet talks to in tests: the embedded broker, device doors for enrolment and images, and a server that signs and confirms. */
import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import mqtt from 'mqtt';
import type { z } from 'zod';
import { listenOnFreePort } from '#/agent/testing/listen';
import type { SimImage } from '#/agent/testing/sim-images';
import { startBroker } from '#/broker/start-broker';
import { enrolRequestSchema } from '#/protocol/device/enrolment';
import { type GrantOffice, type GrantOrder, openGrantOffice } from '#/agent/testing/grant-office';
import { COMMAND_JWS_TYP, type CommandBody } from '#/protocol/mqtt/commands';
import {
  type DurableBody,
  type DurableEvent,
  durableEventSchema,
  progressSchema,
  type ProgressReport,
  type TelemetryReport,
  telemetrySchema,
} from '#/protocol/mqtt/events';
import { parseUpTopic, topicFor, UP_CHANNELS } from '#/protocol/mqtt/topics';
import { CONTROLLER_USER } from '#/server/enrolment/controller-credential';

const KEY_ID = 'test-key';
const CONTROLLER_PASSWORD = 'a controller password';

type Claims = { aud?: string; seq?: number; jti?: string; nbf?: number; exp?: number };
type PrivateKey = Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];

export class FleetWorld {
  readonly events: { gatewayId: string; event: DurableEvent }[] = [];
  readonly telemetry: { gatewayId: string; report: TelemetryReport }[] = [];
  readonly progress: { gatewayId: string; report: ProgressReport }[] = [];
  /** What gateways have sent by PUT, by path. */
  readonly uploads = new Map<string, Buffer>();
  /** Used tokens and the secrets that they became, by gateway. */
  readonly secrets = new Map<string, string>();
  /** One-time tokens by value: the gateway that each is for. */
  readonly tokens = new Map<string, string>();
  /** False: the server keeps what it hears to itself. */
  confirms = true;
  serverUrl = '';
  mqttUrl = '';
  #seq = 0;
  #listeners = new Set<() => void>();
  #close: (() => Promise<void>)[] = [];

  private constructor(
    readonly images: readonly SimImage[],
    private readonly privateKey: PrivateKey,
    private readonly publicKey: JWK,
    private readonly grantOffice: GrantOffice,
  ) {}

  static async start(images: readonly SimImage[]): Promise<FleetWorld> {
    const { publicKey, privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
    const world = new FleetWorld(images, privateKey, { ...(await exportJWK(publicKey)), kid: KEY_ID }, await openGrantOffice());
    await world.#openDoors();
    await world.openBroker();
    return world;
  }

  /** The broker and the server behind it; also after `closeBroker`, on the same port. */
  async openBroker(): Promise<void> {
    const port = this.mqttUrl === '' ? 0 : Number(new URL(this.mqttUrl).port);
    const verify = async (gatewayId: string, secret: string) => this.secrets.get(gatewayId) === secret;
    const broker = await startBroker({ host: '127.0.0.1', port, wsPort: null, controllerPassword: CONTROLLER_PASSWORD, verify });
    this.mqttUrl = `mqtt://127.0.0.1:${broker.port}`;
    const client = await mqtt.connectAsync(this.mqttUrl, { username: CONTROLLER_USER, password: CONTROLLER_PASSWORD });
    await client.subscribeAsync(
      UP_CHANNELS.map((channel) => topicFor('+', channel)),
      { qos: 1 },
    );
    client.on('message', (topic, payload) => this.#hear(topic, payload.toString()));
    this.#publish = (topic, text) => void client.publish(topic, text, { qos: 1 });
    this.closeBroker = async () => {
      await client.endAsync(true);
      await broker.close();
    };
  }

  closeBroker: () => Promise<void> = async () => {};
  #publish: (topic: string, text: string) => void = () => {};

  async close(): Promise<void> {
    await this.closeBroker();
    for (const close of this.#close) await close();
  }

  /** What a gateway has said of one kind, in order. */
  said<T extends DurableBody['type']>(gatewayId: string, type: T): Extract<DurableBody, { type: T }>[] {
    const bodies = this.events.flatMap((one) => (one.gatewayId === gatewayId ? [one.event.body] : []));
    return bodies.filter((body): body is Extract<DurableBody, { type: T }> => body.type === type);
  }

  /** A compact JWS as the server makes them; `claims` and `key` make it a wrong one. */
  async sign(gatewayId: string, body: CommandBody, claims: Claims = {}, key: PrivateKey = this.privateKey): Promise<string> {
    this.#seq += 1;
    const nowS = Math.floor(Date.now() / 1000);
    const { aud = gatewayId, seq = this.#seq, jti = `command-${this.#seq}`, nbf = nowS, exp = nowS + 600 } = claims;
    return new SignJWT({ iss: 'fairlead', aud, jti, seq, iat: nowS, nbf, exp, body })
      .setProtectedHeader({ alg: 'EdDSA', typ: COMMAND_JWS_TYP, kid: KEY_ID })
      .sign(key);
  }

  /** A grant for this gateway, with the boot and nonce of its newest report; `place` makes it one for another. */
  grant(gatewayId: string, grantId: string, order: GrantOrder, place: { aud?: string } = {}): Promise<string> {
    const report = this.telemetry.findLast((one) => one.gatewayId === gatewayId && one.report.nonce !== undefined)?.report;
    const here = { aud: gatewayId, boot_id: report?.bootId ?? '', nonce: report?.nonce ?? '', ...place };
    return this.grantOffice.sign(here, Date.now(), { jti: grantId, ...order });
  }

  send(gatewayId: string, jws: string): void {
    this.#publish(topicFor(gatewayId, 'cmd'), jws);
  }

  /** Resolves as soon as the condition holds; looked at after everything that is heard. */
  until<T>(condition: () => T | undefined | null | false): Promise<T> {
    return new Promise((resolve) => {
      const look = () => {
        const found = condition();
        if (!found) return;
        this.#listeners.delete(look);
        resolve(found);
      };
      this.#listeners.add(look);
      look();
    });
  }

  #hear(topic: string, text: string): void {
    const address = parseUpTopic(topic);
    if (address === null) return;
    const { gatewayId, channel } = address;
    if (channel === 'event') this.#take(gatewayId, durableEventSchema.parse(JSON.parse(text)));
    if (channel === 'telemetry') this.telemetry.push({ gatewayId, report: telemetrySchema.parse(JSON.parse(text)) });
    if (channel === 'progress') this.progress.push({ gatewayId, report: progressSchema.parse(JSON.parse(text)) });
    for (const listener of this.#listeners) listener();
  }

  /** Takes the next number of the epoch only, and confirms how far it is. */
  #take(gatewayId: string, event: DurableEvent): void {
    if (!this.confirms) return;
    const known = this.events.filter((one) => one.gatewayId === gatewayId && one.event.epoch === event.epoch);
    const last = known.at(-1)?.event.n ?? 0;
    if (event.n === last + 1) this.events.push({ gatewayId, event });
    this.#publish(
      topicFor(gatewayId, 'confirm'),
      JSON.stringify({ v: 1, epoch: event.epoch, n: Math.max(last, Math.min(event.n, last + 1)) }),
    );
  }

  async #openDoors(): Promise<void> {
    const server = createServer(async (request, response) => {
      if (request.method === 'POST' && request.url === '/device/v1/enroll') {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk);
        const { status, body } = this.#enrol(enrolRequestSchema.parse(JSON.parse(Buffer.concat(chunks).toString())));
        return void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      }
      const [gatewayId = '', secret = ''] = Buffer.from((request.headers.authorization ?? '').slice(6), 'base64')
        .toString()
        .split(':');
      if (request.method === 'PUT' && this.secrets.get(gatewayId) === secret) {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk);
        this.uploads.set(request.url ?? '', Buffer.concat(chunks));
        return void response.writeHead(201).end();
      }
      const image = this.images.find((one) => request.url === `/device/v1/artifacts/${one.sha256}`);
      const known = this.secrets.get(gatewayId) === secret;
      if (!known || !image) return void response.writeHead(known ? 404 : 401).end();
      const offset = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
      const total = image.bytes.length;
      const range = offset > 0 ? { 'content-range': `bytes ${offset}-${total - 1}/${total}` } : {};
      response.writeHead(offset > 0 ? 206 : 200, { etag: `"${image.sha256}"`, 'content-length': total - offset, ...range });
      response.end(image.bytes.subarray(offset));
    });
    this.serverUrl = `http://127.0.0.1:${await listenOnFreePort(server)}`;
    this.#close.push(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
  }

  #enrol({ token, secret }: z.infer<typeof enrolRequestSchema>): { status: number; body: unknown } {
    const gatewayId = this.tokens.get(token);
    if (gatewayId === undefined || this.secrets.has(gatewayId)) {
      return { status: 401, body: { message: 'This enrolment token is unknown, used or expired.' } };
    }
    const mqttPassword = secret ?? `secret of ${gatewayId}`;
    this.secrets.set(gatewayId, mqttPassword);
    const identity = { gatewayId, gatewayName: 'test', mqttUrl: this.mqttUrl, mqttUsername: gatewayId, mqttPassword };
    return {
      status: 200,
      body: { ...identity, commandKeys: [this.publicKey], grantKeys: this.grantOffice.keys, serverTime: new Date().toISOString() },
    };
  }
}
