/** The real controller as a process that tells how many messages it has received. */
import { startController } from '#/controller/start-controller';
import { getEnv } from '#/server/config/env';
import { controllerPassword } from '#/server/enrolment/controller-credential';
import type { Counts } from './messages';

const env = getEnv();
const controller = startController({
  mqttUrl: env.MQTT_URL ?? `mqtt://127.0.0.1:${env.MQTT_PORT}`,
  mqttPassword: env.MQTT_PASSWORD ?? controllerPassword(env.FAIRLEAD_SECRET),
  shared: env.MQTT_SHARED,
});
process.on('message', (message: { kind: string }) => {
  if (message.kind !== 'count') return;
  const { user, system } = process.cpuUsage();
  process.send?.({ kind: 'counts', ...controller.counts(), cpuMs: (user + system) / 1000 } satisfies Counts);
});
process.on('SIGTERM', () => void controller.stop().then(() => process.exit(0)));
process.on('disconnect', () => process.exit(0));
await controller.connected();
process.send?.({ ready: true });
