/** The reference of ingest: a subscriber with the controller's identity that only counts. */
import mqtt from 'mqtt';
import { topicFor } from '#/protocol/mqtt/topics';
import { getEnv } from '#/server/config/env';
import { CONTROLLER_USER, controllerPassword } from '#/server/enrolment/controller-credential';
import type { Counts } from './messages';

const env = getEnv();
const client = await mqtt.connectAsync(env.MQTT_URL ?? `mqtt://127.0.0.1:${env.MQTT_PORT}`, {
  protocolVersion: 4,
  username: CONTROLLER_USER,
  password: env.MQTT_PASSWORD ?? controllerPassword(env.FAIRLEAD_SECRET),
});
let received = 0;
client.on('message', () => {
  received += 1;
});
await client.subscribeAsync(topicFor('+', 'progress'), { qos: 1 });
process.on('message', (message: { kind: string }) => {
  if (message.kind !== 'count') return;
  const { user, system } = process.cpuUsage();
  process.send?.({ kind: 'counts', received, dropped: 0, cpuMs: (user + system) / 1000 } satisfies Counts);
});
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
process.send?.({ ready: true });
