/** DATABASE_URL and MQTT_URL: Debian's PostgreSQL and Mosquitto instead of what is embedded, and a whole update over them. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Mosquitto, type Server, startMosquitto, startPostgres } from './debian-servers';
import { expect, onlineGateways, readDemo, test } from './fixtures';
import { type Stack, stackEnvironment, startStack } from './stack';

const PORT = Number(process.env.E2E_PORT) + 100;
const folder = mkdtempSync(path.join(tmpdir(), 'fairlead-own-'));
// As root the databases run as the user postgres.
chmodSync(folder, 0o711);
const home = path.join(folder, 'home');
let postgres: Server;
let mosquitto: Mosquitto;
let stack: Stack | undefined;

test.afterAll(async () => {
  await stack?.stop();
  await mosquitto?.stop();
  await postgres?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('a whole update over a PostgreSQL and a Mosquitto of one’s own', async ({ request }) => {
  const SECRET = 'a secret that this test alone knows, long enough';
  postgres = await startPostgres(path.join(folder, 'postgres'), PORT + 10);
  const own = { DATABASE_URL: postgres.url, FAIRLEAD_SECRET: SECRET };
  const fairlead = (...args: string[]) =>
    execFileSync(process.execPath, ['dist/cli.mjs', ...args], { env: stackEnvironment({ home, port: PORT, env: own }), encoding: 'utf8' });
  // The rules need no database; the controllers' password is derived from the secret.
  mosquitto = await startMosquitto(path.join(folder, 'mosquitto'), PORT + 20, fairlead('acl'), '');
  const env = { ...own, MQTT_URL: mosquitto.controllerUrl, PUBLIC_MQTT_URL: mosquitto.url, MQTT_SHARED: '1' };
  stack = await startStack({ home, port: PORT, env });
  expect(existsSync(path.join(home, 'postgres'))).toBe(false);

  const demo = readDemo(home);
  await expect
    .poll(
      () => {
        mosquitto.reload(fairlead('passwords'));
        return onlineGateways(request, demo);
      },
      { timeout: 240_000, intervals: [4000] },
    )
    .toBeGreaterThan(15);

  const headers = { Authorization: `Bearer ${demo.gateway_token.token}` };
  const base = `${demo.url}/v1/cloud-integration`;
  const [update] = (await (await request.get(`${base}/updates/check`, { headers })).json()).updates;
  const order = { update_id: update.id, version: update.version, target_partition: 'B' };
  const { job_id } = await (await request.post(`${base}/updates/download`, { headers, data: order })).json();
  const status = async () => (await (await request.get(`${base}/updates/progress?job_id=${job_id}`, { headers })).json()).status;
  await expect.poll(status, { timeout: 240_000 }).toBe('downloaded');
  await request.post(`${base}/updates/install`, { headers, data: { job_id, strategy: 'seamless', reboot_after: true, reboot_delay: 0 } });
  await expect.poll(status, { timeout: 240_000 }).toBe('completed');
});
