/** The controller's connection to the broker. Durable events count only by the application's own confirm, so an early PUBACK loses nothing. */
import mqtt, { type MqttClient } from 'mqtt';
import { topicFor } from '#/protocol/mqtt/topics';
import { logger } from '#/server/config/logger';

export type MqttLinkOptions = { mqttUrl: string; username: string; password: string; clientId: string; shared: boolean };
export type Publish = (topic: string, payload: string) => void;
export type MqttLink = {
  publish: Publish;
  onMessage(listener: (topic: string, payload: Buffer) => void): void;
  connected(): Promise<void>;
  stop(): Promise<void>;
};

const SHARE = '$share/fairlead-controllers/';

export function openMqttLink(options: MqttLinkOptions): MqttLink {
  const client: MqttClient = mqtt.connect(options.mqttUrl, {
    username: options.username,
    password: options.password,
    clientId: options.clientId,
    clean: true,
    reconnectPeriod: 1000,
    keepalive: 30,
    resubscribe: false,
    // Commands wait in the outbox, not here: what was queued while away would come late and twice.
    queueQoSZero: false,
  });
  const share = options.shared ? SHARE : '';
  client.on('connect', () => {
    const filters = [topicFor('+', 'event'), topicFor('+', 'progress'), topicFor('+', 'telemetry')].map((filter) => share + filter);
    // Retained messages do not come by shared subscriptions, and presence is idempotent: every controller hears it.
    client.subscribe([...filters, topicFor('+', 'presence')], { qos: 1 }, (error) => {
      if (error) logger.error({ reason: error.message }, 'controller: the broker refused the subscription');
    });
  });
  client.on('error', (error) => logger.warn({ reason: error.message }, 'controller: broker connection'));
  return {
    publish: (topic, payload) => {
      if (client.connected) client.publish(topic, payload, { qos: 1 });
    },
    onMessage: (listener) => {
      client.on('message', (topic, payload) => listener(topic, payload));
    },
    connected: () => (client.connected ? Promise.resolve() : new Promise((resolve) => client.once('connect', () => resolve()))),
    stop: () => client.endAsync(true),
  };
}
