import { expect, it } from 'vitest';
import type { SignalSet } from '#/domain/safety/signals';
import { getDb } from '#/server/db/client';
import { makeGateway } from '#/server/testing/fleet-rows';
import { forgetOld } from '../loops/forget-old';
import { createSignalHistory } from './signal-history';

const sampled = { source: 'test', sampledAt: '2026-01-01T00:00:00Z', clearSinceAt: null };
const battery = (levelPercent: number): SignalSet => ({
  ups_battery: { ...sampled, value: { levelPercent, onBattery: false, runtimeSeconds: null } },
});
const rowsOf = (gatewayId: string) => getDb().signalHistory.findMany({ where: { gatewayId }, orderBy: { at: 'asc' } });

it('keeps one row per ten seconds and gateway, nothing of who is unknown or says nothing, and an hour of it', async () => {
  const [one, other] = [(await makeGateway()).id, (await makeGateway()).id];
  const keep = createSignalHistory();
  const nowMs = Date.now();
  const report = (gatewayId: string, agoS: number, signals: SignalSet) => ({ gatewayId, heardAtMs: nowMs - agoS * 1000, signals });
  await keep([report(one, 4000, battery(80)), report(other, 4000, {}), report(crypto.randomUUID(), 4000, battery(1))]);
  await keep([report(one, 30, battery(70)), report(other, 30, battery(50))]);
  await keep([report(one, 25, battery(69)), report(other, 19, battery(49))]);
  await keep([report(one, 20, battery(68))]);
  const figures = async (id: string) => (await rowsOf(id)).map(({ batteryPercent }) => batteryPercent);
  expect(await figures(one)).toEqual([80, 70, 68]);
  expect(await figures(other)).toEqual([50, 49]);
  expect((await rowsOf(other))[0]).toMatchObject({ distanceM: null, rttMs: null, freePercent: null });
  await forgetOld();
  expect(await figures(one)).toEqual([70, 68]);
});
