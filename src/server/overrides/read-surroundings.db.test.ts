import { describe, expect, it } from 'vitest';
import { defaultSettings } from '#/domain/settings/gateway-settings';
import { getDb } from '../db/client';
import { approveOverride } from './approve-override';
import { rejectOverride } from './decide-override';
import { readSurroundings } from './read-surroundings';
import { askFor, codeOf, makeOverrideWorld, makePinned, PIN } from './testing/override-world';

async function threeInARow() {
  const world = await makeOverrideWorld(3);
  for (const [at, { craneId }] of world.gateways.entries()) {
    await getDb().crane.update({ where: { id: craneId }, data: { railPosition: at + 1 } });
  }
  const [left, middle, right] = world.gateways as [typeof world.gateway, typeof world.gateway, typeof world.gateway];
  const [operator, supervisor] = [await makePinned('operator', world.site.id), await makePinned('supervisor', world.site.id)];
  return { ...world, left, middle, right, operator, supervisor };
}

describe('what an approver sees around a request', () => {
  it('the cranes beside it, with what runs and what is in force on them; not those farther off', async () => {
    const { left, middle, right, operator, supervisor } = await threeInARow();
    const beside = await askFor(operator.actor, right.id);
    await approveOverride(supervisor.actor, { overrideId: beside.overrideId, requestHash: beside.requestHash, pin: PIN });
    const asked = await askFor(operator.actor, middle.id);
    const around = await readSurroundings(supervisor.actor, asked.overrideId);
    expect(around.neighbours.map((one) => one.crane)).toEqual(['STS1', 'STS3']);
    expect(around.neighbours.map((one) => one.gateways.map((gateway) => gateway.id))).toEqual([[left.id], [right.id]]);
    expect(around.neighbours.map((one) => one.overrides)).toEqual([[], [{ id: beside.overrideId, constraints: ['ups_battery'] }]]);
    const atTheEnd = await askFor(operator.actor, left.id);
    const { neighbours } = await readSurroundings(supervisor.actor, atTheEnd.overrideId);
    expect(neighbours.map((one) => one.crane)).toEqual(['STS2']);
  });

  it('the crane’s earlier overrides, newest first, five of them, with the number of all', async () => {
    const { middle, right, operator, supervisor } = await threeInARow();
    const earlier: string[] = [];
    for (let count = 0; count < 6; count += 1) {
      const { overrideId } = await askFor(operator.actor, middle.id);
      await rejectOverride(supervisor.actor, { overrideId, reason: 'not today' });
      earlier.unshift(overrideId);
    }
    const ofAnother = await askFor(operator.actor, right.id);
    const asked = await askFor(operator.actor, middle.id);
    const around = await readSurroundings(supervisor.actor, asked.overrideId);
    expect(around.earlier.map((one) => one.id)).toEqual(earlier.slice(0, 5));
    expect(around.earlier[0]).toMatchObject({ outcome: 'rejected', constraints: ['ups_battery'], breakGlass: false });
    expect(around.earlierTotal).toBe(6);
    // What came later is not part of what was decided on.
    expect(await readSurroundings(supervisor.actor, ofAnother.overrideId)).toMatchObject({ earlier: [], earlierTotal: 0 });
  });

  it('the window: the one that is open, else the next, else none', async () => {
    const { middle, operator, supervisor } = await threeInARow();
    const { overrideId } = await askFor(operator.actor, middle.id);
    const around = async (start: Date | null) => {
      const body = defaultSettings('UTC');
      Object.assign(body.maintenance_window, {
        enabled: start !== null,
        duration: 7200,
        ...(start && { time: start.toISOString().slice(11, 16) }),
      });
      await getDb().gatewaySettings.upsert({
        where: { gatewayId: middle.id },
        create: { gatewayId: middle.id, body, version: 1 },
        update: { body },
      });
      return (await readSurroundings(supervisor.actor, overrideId)).window;
    };
    const hour = 3_600_000;
    expect(await around(new Date(Date.now() - hour))).toMatchObject({ isOpen: true });
    const next = await around(new Date(Date.now() + 3 * hour));
    expect(next?.isOpen).toBe(false);
    expect((next?.startsAt.getTime() ?? 0) - Date.now()).toBeGreaterThan(2 * hour);
    expect(await around(null)).toBeNull();
  });

  it('nobody of another site sees any of it', async () => {
    const { middle, operator } = await threeInARow();
    const { overrideId } = await askFor(operator.actor, middle.id);
    const stranger = await makePinned('supervisor', (await makeOverrideWorld()).site.id);
    await expect(readSurroundings(stranger.actor, overrideId).catch((error) => Promise.reject(codeOf(error)))).rejects.toBe('NOT_FOUND');
  });
});
