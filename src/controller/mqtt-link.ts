/** The controller's connection to the broker. Durable events count only by the application's own confirm, so an early PUBACK loses nothing. */
import { EventEmitter } from 'node:events';
import mqtt, { type MqttClient } from 'mqtt';
import { topicFor } from '#/protocol/mqtt/topics';
import { logger } from '#/server/config/logger';

export type MqttLinkOptions = { mqttUrl: string; username: string; password: string; clientId: string; shared: boolean };
export type Publish = (topic: string, payload: string) => void;
export type MqttLink = {
  publish: Publish;
  isConnected(): boolean;
  /** Since when it has been hearing the fleet without a break: ms since the epoch, null while it does not. */
  hearingSinceMs(): number | null;
  /** Called after each connect, when the subscriptions stand. */
  onHearing(listener: () => void): void;
  onMessage(listener: (topic: string, payload: Buffer) => void): void;
  /** Resolves when it hears the fleet. */
  connected(): Promise<void>;
  stop(): Promise<void>;
};

const RESUBSCRIBE_MS = 5000;
const SHARE = '$share/fairlead-controllers/';

export function openMqttLink(options: MqttLinkOptions): MqttLink {
  const client: MqttClient = mqtt.connect(options.mqttUrl, {
    username: options.username,
    password: options.password,
    clientId: options.clientId,
    clean: true,
    reconnectPeriod: 1000,
    // Refused once (a broker that is starting) is not refused for ever; the client's own default is to give up.
    reconnectOnConnackError: true,
    keepalive: 30,
    resubscribe: false,
    // Commands wait in the outbox, not here: what was queued while away would come late and twice.
    queueQoSZero: false,
  });
  const share = options.shared ? SHARE : '';
  const filters = [topicFor('+', 'event'), topicFor('+', 'progress'), topicFor('+', 'telemetry')].map((filter) => share + filter);
  const hearing = new EventEmitter<{ hearing: [] }>();
  let hearingSinceMs: number | null = null;
  let retry: NodeJS.Timeout | undefined;
  const subscribe = () => {
    clearTimeout(retry);
    // Retained messages do not come by shared subscriptions, and presence is idempotent: every controller hears it.
    client.subscribe([...filters, topicFor('+', 'presence')], { qos: 1 }, (error, granted) => {
      if (!client.connected) return;
      const refused = (granted ?? []).filter((one) => one.qos > 2).map((one) => one.topic);
      if (!error && refused.length === 0) {
        hearingSinceMs = Date.now();
        hearing.emit('hearing');
        return;
      }
      // A controller that hears nothing must not look healthy.
      logger.error({ reason: error?.message, refused }, 'controller: the broker refused the subscription, will try again');
      retry = setTimeout(() => client.connected && subscribe(), RESUBSCRIBE_MS);
    });
  };
  client.on('connect', subscribe);
  client.on('close', () => {
    hearingSinceMs = null;
  });
  client.on('error', (error) => logger.warn({ reason: error.message }, 'controller: broker connection'));
  return {
    publish: (topic, payload) => {
      if (client.connected) client.publish(topic, payload, { qos: 1 });
    },
    isConnected: () => client.connected,
    hearingSinceMs: () => hearingSinceMs,
    onHearing: (listener) => void hearing.on('hearing', listener),
    onMessage: (listener) => {
      client.on('message', (topic, payload) => listener(topic, payload));
    },
    connected: () => (hearingSinceMs !== null ? Promise.resolve() : new Promise((resolve) => hearing.once('hearing', () => resolve()))),
    stop: () => {
      clearTimeout(retry);
      return client.endAsync(true);
    },
  };
}
