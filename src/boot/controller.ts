/** The controller as a program: outbox relay, ingest, loops. */
import { startController } from '#/controller/start-controller';
import { getEnv } from '#/server/config/env';
import { CONTROLLER_USER, controllerPassword } from '#/server/enrolment/controller-credential';
import { getLiveHub } from '#/server/live/hub';
import { runProgram } from './program';

await runProgram('controller', async () => {
  const env = getEnv();
  const controller = startController({
    mqttUrl: env.MQTT_URL ?? `mqtt://127.0.0.1:${env.MQTT_PORT}`,
    mqttUsername: env.MQTT_USERNAME ?? CONTROLLER_USER,
    mqttPassword: env.MQTT_PASSWORD ?? controllerPassword(env.FAIRLEAD_SECRET),
    shared: env.MQTT_SHARED,
  });
  return {
    async close() {
      await controller.stop();
      await getLiveHub().close();
    },
  };
});
