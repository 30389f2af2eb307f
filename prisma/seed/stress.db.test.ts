import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SIGNAL_SCHEMAS } from '#/domain/safety/signals';
import { systemActor } from '#/server/access/actor';
import { getDb, getPool } from '#/server/db/client';
import { browseGateways } from '#/server/gateways/browse-gateways';
import { fleetSummary } from '#/server/gateways/fleet-summary';
import { seedStress } from './stress';

let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'fairlead-stress-'));
  process.env.FAIRLEAD_HOME = home;
});

afterAll(async () => {
  await rm(home, { recursive: true, force: true });
});

it('makes a fleet that the lists and the overview can show, once', async () => {
  const made = await seedStress({ gateways: 400 });
  expect(made).toMatchObject({ sites: 20, gateways: 400, cranes: 240, jobs: 2400 });
  expect(await seedStress({ gateways: 400 })).toBeNull();
  const db = getDb();
  expect(await db.slot.count()).toBe(800);
  expect(await db.safetySignal.count()).toBe(2000);
  for (const signal of await db.safetySignal.findMany({ take: 50 })) {
    SIGNAL_SCHEMAS[signal.constraint as keyof typeof SIGNAL_SCHEMAS].parse(signal.value);
  }
  const page = await browseGateways(systemActor('test'), { filter: {}, sort: { by: 'name', desc: false }, limit: 500 });
  expect(page.rows).toHaveLength(400);
  expect(page.rows.every((row) => /^X\d\d-(Q-STS|Y-B\d{3}-(RTG|RMG|ASC))\d{3}-GW[12]$/.test(row.name))).toBe(true);
  const { days } = await fleetSummary(systemActor('test'), {});
  // Not today: shortly after midnight nothing is confirmed yet.
  expect(days.filter((day) => day.confirmed === 0).length).toBeLessThanOrEqual(1);
});

it('has a timeline for every job, which ends in the state of the job', async () => {
  const { rows } = await getPool().query<{ n: number }>(
    `SELECT count(*)::int AS n FROM "Job" j WHERE j.state IS DISTINCT FROM
       (SELECT e.state FROM "JobEvent" e WHERE e."jobId" = j.id ORDER BY e.id DESC LIMIT 1)`,
  );
  expect(rows[0]?.n).toBe(0);
});
