/** A controller says that it lives and whether it hears the fleet. */
import { describe, expect, it, vi } from 'vitest';
import { startBroker } from '#/broker/start-broker';
import { readFleetLink } from '#/server/controllers/read-fleet-link';
import { getDb } from '#/server/db/client';
import { verifyCredential } from '#/server/enrolment/verify-credential';
import { beat } from './loops/beat';
import { startController } from './start-controller';
import { freePort } from './testing/start-mosquitto';

const PASSWORD = 'controller';
const startOwnBroker = (port: number) =>
  startBroker({ host: '127.0.0.1', port, wsPort: null, controllerPassword: PASSWORD, verify: verifyCredential });
const seen = (what: object) =>
  vi.waitFor(async () => expect(await readFleetLink()).toMatchObject(what), { timeout: 60_000, interval: 100 });

describe('the heartbeat', () => {
  it('nobody, then a controller that hears, loses the broker, finds it again, and is gone', async () => {
    expect(await readFleetLink()).toEqual({ controller: 'silent', broker: 'unknown', since: null });
    // One that nothing else takes while it is down: connections go out from ports of another range.
    const broker = await startOwnBroker(await freePort());
    const controller = startController({ mqttUrl: `mqtt://127.0.0.1:${broker.port}`, mqttPassword: PASSWORD, ownWork: false });
    await seen({ controller: 'reporting', broker: 'connected', since: null });
    await broker.close();
    await seen({ controller: 'reporting', broker: 'disconnected', since: expect.any(Date) });
    const again = await startOwnBroker(broker.port);
    await seen({ controller: 'reporting', broker: 'connected', since: null });
    await controller.stop();
    await again.close();
    const [last] = await getDb().controllerHeartbeat.findMany();
    await getDb().$executeRaw`UPDATE "ControllerHeartbeat" SET at = at - interval '40 seconds'`;
    const { controller: state, since } = await readFleetLink();
    expect(state).toBe('silent');
    expect((last?.at.getTime() ?? 0) - (since?.getTime() ?? 0)).toBeGreaterThan(30_000);
  });

  it('keeps since when it is as it is, and forgets controllers of long ago', async () => {
    const [mine, old] = [crypto.randomUUID(), crypto.randomUUID()];
    await getDb().controllerHeartbeat.create({ data: { id: old, brokerConnected: true, at: new Date(Date.now() - 2 * 86_400_000) } });
    const rowOf = (id: string) => getDb().controllerHeartbeat.findUnique({ where: { id } });
    await beat(mine, false);
    await getDb().$executeRaw`UPDATE "ControllerHeartbeat" SET since = now() - interval '1 hour' WHERE id = ${mine}::uuid`;
    const before = await rowOf(mine);
    await beat(mine, false);
    expect((await rowOf(mine))?.since).toEqual(before?.since);
    await beat(mine, true);
    expect((await rowOf(mine))?.since.getTime()).toBeGreaterThan(before?.since.getTime() ?? 0);
    expect(await rowOf(old)).toBeNull();
  });
});
