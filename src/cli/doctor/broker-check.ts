/** The broker lets the controller in. */
import { randomUUID } from 'node:crypto';
import mqtt from 'mqtt';
import { CONTROLLER_USER, controllerPassword } from '#/server/enrolment/controller-credential';
import { reasonOf } from '../connect';
import { type Check, ok, problem } from './check';

const CONNECT_WITHIN_MS = 5000;

export type BrokerAccess = { url: string; username: string | undefined; password: string | undefined; secret: string };

/** Connects as the controller does, under a client id of its own, and leaves. Rejects when it is not let in. */
export async function connectAsController({ url, username, password, secret }: BrokerAccess): Promise<void> {
  const client = await mqtt.connectAsync(
    url,
    {
      username: username ?? CONTROLLER_USER,
      password: password ?? controllerPassword(secret),
      clientId: `fairlead-doctor-${randomUUID().slice(0, 8)}`,
      connectTimeout: CONNECT_WITHIN_MS,
      reconnectPeriod: 0,
      clean: true,
    },
    false,
  );
  await client.endAsync(true);
}

export async function checkBroker(access: BrokerAccess): Promise<Check> {
  const shown = withoutCredentials(access.url);
  try {
    await connectAsController(access);
    return ok('broker', `${shown} lets the controller in`);
  } catch (error) {
    const reason = reasonOf(error);
    const remedy = /not authori[sz]ed|bad user/i.test(reason)
      ? 'Give the broker the file that `fairlead passwords` prints, and check MQTT_USERNAME, MQTT_PASSWORD and FAIRLEAD_SECRET.'
      : 'Start Fairlead, or check MQTT_URL and that the broker runs.';
    return problem('broker', `${shown}: ${reason || 'it does not answer'}`, remedy);
  }
}

function withoutCredentials(url: string): string {
  const parsed = new URL(url);
  return `${parsed.protocol}//${parsed.host}`;
}
