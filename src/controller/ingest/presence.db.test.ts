import { describe, expect, it } from 'vitest';
import { getDb } from '#/server/db/client';
import { until } from '#/server/testing/until';
import { makeGateway, type TestGateway } from '../testing/make-gateway';
import { createPresenceKeeper, setConnected } from './presence';

const connected = async (gateway: TestGateway) => (await getDb().gateway.findUniqueOrThrow({ where: { id: gateway.id } })).connected;
const news = (gateway: TestGateway) => getDb().streamEvent.count({ where: { gatewayId: gateway.id, type: 'status_change' } });

describe('presence', () => {
  it('tells a gateway online at once, and offline only after the debounce', async () => {
    const gateway = await makeGateway();
    const keeper = createPresenceKeeper(300);
    keeper.add(gateway.id, true);
    await until(() => connected(gateway));
    keeper.add(gateway.id, false);
    const saidAtMs = Date.now();
    await until(async () => !(await connected(gateway)));
    expect(Date.now() - saidAtMs).toBeGreaterThanOrEqual(290);
    expect(await news(gateway)).toBe(2);
    await keeper.stop();
  });

  it('makes no news of a short drop', async () => {
    const [gateway, marker] = [await makeGateway({ connected: true }), await makeGateway({ connected: true })];
    const keeper = createPresenceKeeper(200);
    keeper.add(gateway.id, false);
    keeper.add(gateway.id, true);
    // When the later one is through, the earlier one would be as well.
    keeper.add(marker.id, false);
    await until(async () => !(await connected(marker)));
    expect(await connected(gateway)).toBe(true);
    expect(await news(gateway)).toBe(0);
    await keeper.stop();
  });

  it('is written once by several controllers, and for a whole fleet at once', async () => {
    const fleet = await Promise.all(Array.from({ length: 30 }, () => makeGateway()));
    const keepers = [createPresenceKeeper(), createPresenceKeeper()];
    for (const keeper of keepers) for (const gateway of fleet) keeper.add(gateway.id, true);
    await until(async () => (await Promise.all(fleet.map(connected))).every(Boolean));
    await Promise.all(keepers.map((keeper) => keeper.stop()));
    expect(await Promise.all(fleet.map(news))).toEqual(fleet.map(() => 1));
  });

  it('does not call a gateway silent that has been heard meanwhile', async () => {
    const gateway = await makeGateway({ connected: true });
    expect(await setConnected(gateway.id, false, new Date(Date.now() - 60_000))).toBe(false);
    expect(await connected(gateway)).toBe(true);
  });
});
