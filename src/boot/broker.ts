/** The embedded broker as a program of its own. */
import { startBroker } from '#/broker/start-broker';
import { getEnv } from '#/server/config/env';
import { controllerPassword } from '#/server/enrolment/controller-credential';
import { verifyCredential } from '#/server/enrolment/verify-credential';
import { runProgram } from './program';

await runProgram('broker', () => {
  const env = getEnv();
  return startBroker({
    host: env.HOST,
    port: env.MQTT_PORT,
    wsPort: env.MQTT_WS_PORT,
    controllerPassword: controllerPassword(env.FAIRLEAD_SECRET),
    verify: verifyCredential,
  });
});
