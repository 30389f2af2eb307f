/** Mosquitto's password_file. It holds verifiers only: what is printed lets nobody in. */
import { getEnv } from '../config/env';
import { getDb } from '../db/client';
import { CONTROLLER_USER, controllerPassword } from './controller-credential';
import { makeVerifier } from './credential-verifier';

/** One line each: the controller, then every enrolled gateway by id. */
export async function mosquittoPasswords(): Promise<string[]> {
  const env = getEnv();
  const password = env.MQTT_PASSWORD ?? controllerPassword(env.FAIRLEAD_SECRET);
  const controller = `${env.MQTT_USERNAME ?? CONTROLLER_USER}:${await makeVerifier(password)}`;
  const gateways = await getDb().gateway.findMany({
    where: { credentialVerifier: { not: null } },
    orderBy: { id: 'asc' },
    select: { id: true, credentialVerifier: true },
  });
  return [controller, ...gateways.map(({ id, credentialVerifier }) => `${id}:${credentialVerifier}`)];
}
