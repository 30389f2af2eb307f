/** The MQTT 3.1.1 connection of one gateway. Nothing durable depends on it: what it cannot send waits in the outbox. */
import type { Duplex } from 'node:stream';
import mqtt, { type IClientOptions } from 'mqtt';
import { confirmSchema, type ProgressReport, type TelemetryReport } from '#/protocol/mqtt/events';
import { topicFor, type UpChannel } from '#/protocol/mqtt/topics';
import type { Outbox } from '../outbox/outbox';
import { createDurableSender } from './durable-sender';
import type { LinkQuality } from './link-quality';

export type GatewayLinkOptions = {
  url: string;
  gatewayId: string;
  password: string;
  bootId: string;
  outbox: Outbox;
  /** Appends the durable hello; called after every connect. */
  sayHello(): Promise<void>;
  onCommand(jws: string): void;
  onError(error: Error): void;
  /** Mean time to the next attempt; each link has its own share of it, so that a fleet does not come back at once. */
  reconnectMs?: number;
  confirmTimeoutMs?: number;
  /** Told of every probe and sign of life. */
  quality?: LinkQuality;
  /** Another way to the broker than a connection to `url`: a radio that drops out. */
  openStream?: () => Duplex;
};

export type GatewayLink = {
  isConnected(): boolean;
  telemetry(report: TelemetryReport): void;
  /** Newest wins; dropped while offline. */
  progress(report: ProgressReport): void;
  /** Says offline and ends the connection. */
  close(): Promise<void>;
};

const PROBE_MS = 5_000;
/** A connection that does not end in order is cut. */
const CLOSE_MS = 1_000;

export function startGatewayLink(options: GatewayLinkOptions): GatewayLink {
  const { gatewayId, bootId, outbox, quality, openStream } = options;
  const presence = (online: boolean) => JSON.stringify({ v: 1, online, bootId });
  const clientOptions: IClientOptions = {
    protocolVersion: 4,
    clientId: gatewayId,
    username: gatewayId,
    password: options.password,
    clean: false,
    keepalive: 20,
    // Offline the outbox keeps the order, not the client's own queue.
    queueQoSZero: false,
    // A broker that cannot check credentials just now must not lose the gateway for good.
    reconnectOnConnackError: true,
    reconnectPeriod: (options.reconnectMs ?? 3_000) * (0.5 + Math.random()),
    will: { topic: topicFor(gatewayId, 'presence'), payload: Buffer.from(presence(false)), qos: 1, retain: true },
  };
  const client = openStream ? new mqtt.MqttClient(openStream, clientOptions) : mqtt.connect(options.url, clientOptions);
  const publish = (channel: UpChannel, text: string, qos: 0 | 1, retain = false) => {
    if (client.connected) client.publish(topicFor(gatewayId, channel), text, { qos, retain });
  };
  const sender = createDurableSender({
    outbox,
    send: (event) => publish('event', JSON.stringify(event), 1),
    ...(options.confirmTimeoutMs ? { confirmTimeoutMs: options.confirmTimeoutMs } : {}),
  });
  const report = (error: unknown) => options.onError(error instanceof Error ? error : new Error(String(error)));

  client.on('connect', () => {
    client.subscribe([topicFor(gatewayId, 'cmd'), topicFor(gatewayId, 'confirm')], { qos: 1 }, (error) => {
      if (error) return report(error);
      publish('presence', presence(true), 1, true);
      sender.up();
      options.sayHello().catch(report);
    });
  });
  client.on('close', () => sender.down());
  client.on('packetreceive', (packet) => {
    quality?.heard();
    if (packet.cmd === 'pingresp') quality?.probeAnswered();
  });
  const prober = setInterval(() => {
    if (!client.connected) return quality?.probeImpossible();
    quality?.probeSent();
    client.sendPing();
  }, PROBE_MS);
  client.on('error', report);
  client.on('message', (topic, payload) => {
    if (topic === topicFor(gatewayId, 'cmd')) return options.onCommand(payload.toString());
    const confirm = confirmSchema.safeParse(parseJson(payload.toString()));
    if (confirm.success) sender.confirmed(confirm.data.epoch, confirm.data.n).catch(report);
  });

  return {
    isConnected: () => client.connected,
    telemetry: (body) => publish('telemetry', JSON.stringify(body), 0),
    progress: (body) => publish('progress', JSON.stringify(body), 0),
    async close() {
      clearInterval(prober);
      publish('presence', presence(false), 1, true);
      sender.down();
      const cut = setTimeout(() => client.stream.destroy(), CLOSE_MS);
      await client.endAsync(!client.connected).finally(() => clearTimeout(cut));
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
