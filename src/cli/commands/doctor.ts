/** `fairlead doctor`: what would keep Fairlead from working here, one line each, with the remedy. */
import { join } from 'node:path';
import type { Command } from 'commander';
import { findInstallation } from '../connect';
import { type BrokerAccess, checkBroker, connectAsController } from '../doctor/broker-check';
import type { Check } from '../doctor/check';
import { checkDatabase } from '../doctor/database-checks';
import { checkArtifactFolder, checkBucket, checkDisk, checkEnvironment, checkNode, checkSecret } from '../doctor/machine-checks';
import { answersAsBrokerWebSocket, answersAsWeb, checkPort } from '../doctor/port-checks';
import { EXIT } from '../exit-codes';
import type { Act, Answer } from '../output';

const SIGN: Record<Check['status'], string> = { ok: 'ok      ', warning: 'WARNING ', problem: 'PROBLEM ' };

export function registerDoctor(program: Command, act: Act): void {
  program.command('doctor').description('check this installation: one line each, with the remedy').action(act(doctor));
}

async function doctor(): Promise<Answer> {
  const secretBefore = process.env.FAIRLEAD_SECRET;
  const { home, embedded } = await findInstallation();
  const { env } = process;
  // What runs here knows its ports better than the defaults do.
  const port = (name: string, fallback: number, address?: string): number => Number(env[name] || portOf(address) || fallback);
  const host = env.HOST || '0.0.0.0';
  const access: BrokerAccess = {
    url: env.MQTT_URL || embedded?.mqtt_url || `mqtt://127.0.0.1:${port('MQTT_PORT', 1883)}`,
    username: env.MQTT_USERNAME || undefined,
    password: env.MQTT_PASSWORD || undefined,
    secret: env.FAIRLEAD_SECRET ?? '',
  };
  const [web, mqtt, mqttWs] = [port('PORT', 3000, embedded?.url), port('MQTT_PORT', 1883, embedded?.mqtt_url), port('MQTT_WS_PORT', 9001)];
  // In turn and first: it opens the ports for a moment, which the broker's check must not meet.
  const ports = [await checkPort({ name: 'web port', variable: 'PORT', port: web, host, isOurs: () => answersAsWeb(web) })];
  if (!env.MQTT_URL) {
    const isBroker = () => connectAsController({ ...access, url: `mqtt://127.0.0.1:${mqtt}` }).then(() => true);
    ports.push(await checkPort({ name: 'mqtt port', variable: 'MQTT_PORT', port: mqtt, host, isOurs: isBroker }));
    const isWs = () => answersAsBrokerWebSocket(mqttWs);
    ports.push(await checkPort({ name: 'mqtt ws port', variable: 'MQTT_WS_PORT', port: mqttWs, host, isOurs: isWs }));
  }
  const checks = (
    await Promise.all([
      checkEnvironment(env),
      checkNode(process.versions.node),
      checkDisk(home),
      checkSecret(home, secretBefore, env.FAIRLEAD_SECRET),
      env.ARTIFACT_STORE_URL ? checkBucket(env.ARTIFACT_STORE_URL) : checkArtifactFolder(env.ARTIFACT_FOLDER || join(home, 'artifacts')),
      ...ports,
      checkDatabase(env.DATABASE_URL, home),
      checkBroker(access),
    ])
  ).flat();
  const healthy = checks.every((check) => check.status !== 'problem');
  const width = Math.max(...checks.map((check) => check.name.length));
  const lines = checks.map(({ name, status, message, remedy }) => {
    const line = `${SIGN[status]}${name.padEnd(width)}  ${message}`;
    return remedy === null ? line : `${line}. → ${remedy}`;
  });
  return { json: { healthy, checks }, text: lines.join('\n'), exitCode: healthy ? EXIT.done : EXIT.failed };
}

/** Empty for none, or one without a port of its own. */
function portOf(address: string | undefined): string {
  return address && URL.canParse(address) ? new URL(address).port : '';
}
