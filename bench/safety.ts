/** (s) Safety: evaluations of the pure module a second, and on ten thousand gateways the board of the fleet and a pass of the loops. */
import { watchAlarms } from '#/controller/alarms/watch-alarms';
import { closeOverrides } from '#/controller/loops/close-overrides';
import { dispatchHeld } from '#/controller/loops/dispatch-held';
import { distributePolicies } from '#/controller/loops/distribute-policies';
import { followWindows } from '#/controller/loops/follow-windows';
import { offerDueGrants } from '#/controller/loops/offer-due-grants';
import { relaxPolicy } from '#/domain/safety/bounds';
import { evaluateSafety } from '#/domain/safety/evaluate';
import { EXAMPLE_POLICY } from '#/domain/safety/policy';
import type { SignalSet } from '#/domain/safety/signals';
import { systemActor } from '#/server/access/actor';
import { getDb, getPool } from '#/server/db/client';
import { browseOverrides, browseOverridesSchema } from '#/server/overrides/browse-overrides';
import { overridesInForce } from '#/server/overrides/override-inbox';
import { type BrowseBoardInput, browseBoard, browseBoardSchema } from '#/server/safety/browse-board';
import { seedStress } from '../prisma/seed/stress';
import type { Figure } from './world/figure';
import { percentile } from './world/statistics';
import type { World } from './world/world';

const GROUP = 's';
const WARM_UP = 3;

/** More than half of the fleet is blocked: as many moving cranes as a working day has, some twice. */
const BLOCKS = `
  INSERT INTO "SafetyBlock" ("gatewayId", "constraint", "siteId", level, stale, reason, since)
  SELECT g.id, c.name, g."siteId", c.level, FALSE, 'as seeded', now() - random() * interval '8 hours'
  FROM "Gateway" g JOIN (VALUES ('crane_motion', 'hard', 0.55), ('acs_collision', 'soft', 0.2), ('ups_battery', 'soft', 0.05)) AS c(name, level, share)
    ON abs(hashtext(g.name || c.name)::bigint) % 1000 < c.share * 1000
  WHERE g.connected`;

export async function benchSafety(world: World): Promise<Figure[]> {
  const evaluations = evaluate(world.quick ? 200 : 2000);
  await seedStress({ gateways: world.quick ? 500 : 10_000 });
  await getPool().query(BLOCKS);
  await getPool().query('ANALYZE "SafetyBlock"');
  const { rows } = await getPool().query<{ n: number }>('SELECT count(*)::int AS n FROM "SafetyBlock"');
  if ((rows[0]?.n ?? 0) === 0) throw new Error('no gateway is blocked: there is nothing to measure');
  const actor = systemActor('bench');
  const board = (input: Partial<BrowseBoardInput>) => () => browseBoard(actor, browseBoardSchema.parse(input));
  const first = await board({})();
  const queries: [string, () => Promise<unknown>][] = [
    ['board: first page with counts', board({})],
    ['board: second page', board({ cursor: first.nextCursor })],
    ['board: one site', board({ siteCode: 'X03' })],
    ['board: battery', board({ reason: 'ups_battery' })],
    ['board: one site, soft', board({ siteCode: 'X03', level: 'soft' })],
    ['board: offline', board({ reason: 'offline' })],
    ['strip of overrides', () => overridesInForce(actor)],
    ['register: first page', () => browseOverrides(actor, browseOverridesSchema.parse({}))],
  ];
  const one = await sample(world.quick ? 20 : 200, () => getPool().query('SELECT 1'));
  const reference = { what: 'SELECT 1, p95', value: percentile(one, 0.95), unit: 'ms' };
  const figures: Figure[] = [];
  for (const [what, query] of queries) {
    const times = await sample(world.quick ? 5 : 60, query);
    const note = `p50 ${percentile(times, 0.5).toFixed(1)} ms, slowest ${Math.max(...times).toFixed(1)} ms; ${rows[0]?.n ?? 0} blocks`;
    figures.push({ group: GROUP, what: `${what}, p95`, value: percentile(times, 0.95), unit: 'ms', aim: { atMost: 80 }, reference, note });
  }
  return [...evaluations, ...figures, ...(await passes(world.quick ? 5 : 30, reference))];
}

/** What the controller does again and again though nothing is to do; each must be small beside its own period. */
async function passes(rounds: number, reference: Figure['reference']): Promise<Figure[]> {
  const startMs = performance.now();
  const raised = await watchAlarms();
  const firstS = ((performance.now() - startMs) / 1000).toFixed(1);
  const open = await getDb().alarm.count({ where: { closedAt: null } });
  const loops: [string, number, () => Promise<unknown>, string?][] = [
    ['alarms', 3000, () => watchAlarms(), `the first pass raised ${raised} in ${firstS} s; ${open} stand`],
    ['overrides', 2000, () => closeOverrides()],
    ['grants', 1000, () => offerDueGrants()],
    ['held jobs', 2000, () => dispatchHeld()],
    ['policies', 5000, () => distributePolicies()],
    ['window edges', 10_000, () => followWindows()],
  ];
  const figures: Figure[] = [];
  for (const [name, periodMs, pass, note] of loops) {
    const value = percentile(await sample(rounds, pass), 0.95);
    const what = `a pass of the loop ${name} (every ${periodMs / 1000} s) with nothing to do, p95`;
    const about = note === undefined ? {} : { note };
    figures.push({ group: GROUP, what, value, unit: 'ms', aim: { atMost: periodMs / 10 }, ...(reference ? { reference } : {}), ...about });
  }
  return figures;
}

/** One thread, all five constraints for a reboot, with and without a grant. */
function evaluate(ms: number): Figure[] {
  const nowMs = Date.now();
  const sampled = { source: 'bench', sampledAt: new Date(nowMs).toISOString(), clearSinceAt: new Date(nowMs - 600_000).toISOString() };
  const signals: SignalSet = {
    crane_motion: {
      ...sampled,
      value: { moving: false, loadSuspended: false, sourcesDisagree: false, lastMovementAt: sampled.clearSinceAt },
    },
    acs_collision: { ...sampled, value: { distanceM: 12, zone: 'warning', fault: false } },
    ups_battery: { ...sampled, value: { levelPercent: 25, onBattery: false, runtimeSeconds: 3600 } },
    network_connectivity: { ...sampled, value: { rttMs: 12, lossPercent: 0, sessionAgeMs: 900 } },
    disk_space: { ...sampled, value: { freeBytes: 20e9, totalBytes: 30e9 } },
  };
  const bound = { constraint: 'ups_battery', bound: { levelPercent: 25, onBattery: false } } as const;
  const rate = (relaxed: boolean) => {
    let count = 0;
    const startMs = performance.now();
    while (performance.now() - startMs < ms) {
      for (let round = 0; round < 500; round += 1) {
        const policy = relaxed ? relaxPolicy(EXAMPLE_POLICY, bound) : EXAMPLE_POLICY;
        evaluateSafety(signals, policy, 'O3', { nowMs, imageBytes: 4_000_000 });
      }
      count += 500;
    }
    return count / ((performance.now() - startMs) / 1000);
  };
  rate(false);
  return [
    { group: GROUP, what: 'evaluations of five constraints, one thread', value: rate(false), unit: '/s' },
    { group: GROUP, what: 'the same with a grant', value: rate(true), unit: '/s' },
  ];
}

async function sample(rounds: number, query: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let round = -WARM_UP; round < rounds; round += 1) {
    const startMs = performance.now();
    await query();
    if (round >= 0) times.push(performance.now() - startMs);
  }
  return times;
}
