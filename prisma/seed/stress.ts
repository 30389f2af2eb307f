/**
 * Ten thousand gateways at twenty sites, with what they last reported and ninety days of jobs: for measuring lists, filters and
 * the overview. Repeatable but for ids and the present time. No agent belongs to them.
 */
import type { PoolClient } from 'pg';
import { jobOptionsSchema } from '#/domain/jobs/job-options';
import { versionSortKey } from '#/domain/releases/version';
import { getPool } from '#/server/db/client';
import { SLOT_BYTES } from './demo-fleet/fleet';
import { describeImages, storeImages } from './demo-fleet/images';
import { CURRENT_VERSION, DEMO_RELEASES, PREVIOUS_VERSION, TRIAL_VERSION } from './demo-fleet/releases';
import { CHANCE, CODE, CRANES, GATEWAYS, LOGS, PLACES, SIGNALS, SITES, SLOTS, VITALS } from './stress-fleet/fleet-sql';
import { EVENTS, INSERT_JOBS, JOBS } from './stress-fleet/jobs-sql';

const ZONES = [
  'Europe/Amsterdam',
  'Asia/Kolkata',
  'America/New_York',
  'Asia/Singapore',
  'Asia/Shanghai',
  'America/Los_Angeles',
  'Europe/Athens',
  'Asia/Dubai',
  'Australia/Adelaide',
  'America/Sao_Paulo',
  'Africa/Casablanca',
  'Asia/Colombo',
  'Asia/Tokyo',
  'America/Panama',
  'Europe/London',
  'Asia/Kathmandu',
  'America/St_Johns',
  'Pacific/Auckland',
  'Africa/Johannesburg',
  'Asia/Karachi',
];
const JOB_ROUNDS = 6;
const SEED_LOCK = 7_364_002;

/** Parallel to the value: a typical sample of each constraint. */
const SIGNAL_VALUES = {
  crane_motion: { moving: true, loadSuspended: false, sourcesDisagree: false, lastMovementAt: null },
  acs_collision: { distanceM: 22.5, zone: 'clear', fault: false },
  ups_battery: { levelPercent: 96, onBattery: false, runtimeSeconds: 2400 },
  network_connectivity: { rttMs: 24, lossPercent: 0.4, sessionAgeMs: 900 },
  disk_space: { freeBytes: 4_000_000_000, totalBytes: 8_000_000_000 },
};
const HOLD = [{ kind: 'interlock', constraint: 'crane_motion', hard: true, message: 'an axis is moving', clearsWhen: 'no axis moves' }];

const REBOOTED = ['confirmed', 'rolled_back'];
const WRITTEN = [...REBOOTED, 'written', 'waiting', 'paused'];
const FETCHED = [...WRITTEN, 'writing'];
const BEGUN = [...FETCHED, 'downloading', 'failed', 'cancelled'];

/** The way of a job: a step is told of the jobs whose present state is in its list. */
const STEPS: readonly { state: string; afterS: number; of: readonly string[] }[] = [
  { state: 'offered', afterS: 0, of: [...BEGUN, 'offered'] },
  { state: 'accepted', afterS: 1, of: BEGUN },
  { state: 'downloading', afterS: 1.5, of: BEGUN },
  { state: 'downloaded', afterS: 20, of: FETCHED },
  { state: 'verifying', afterS: 21, of: FETCHED },
  { state: 'writing', afterS: 22, of: FETCHED },
  { state: 'written', afterS: 40, of: WRITTEN },
  { state: 'boot_pending', afterS: 60, of: REBOOTED },
  { state: 'booted_unconfirmed', afterS: 80, of: ['confirmed'] },
  ...['waiting', 'paused', 'confirmed', 'rolled_back', 'failed', 'cancelled'].map((state) => ({ state, afterS: 90, of: [state] })),
];

export type StressFigures = { sites: number; gateways: number; cranes: number; jobs: number; ms: number };

/** Resolves with what was made, or null when the stress fleet is there already. One transaction: all of it or nothing. */
export async function seedStress(options: { gateways: number }): Promise<StressFigures | null> {
  const startedMs = Date.now();
  await storeImages(describeImages());
  const client = await getPool().connect();
  try {
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock($1)', [SEED_LOCK]);
    const { rowCount } = await client.query(`SELECT 1 FROM "Site" WHERE code = 'X01'`);
    if (rowCount) {
      await client.query('ROLLBACK');
      return null;
    }
    await writeFleet(client, options.gateways);
    await writeJobs(client);
    const { rows } = await client.query<Omit<StressFigures, 'ms'>>(
      `SELECT count(DISTINCT "siteId")::int AS sites, count(*)::int AS gateways, count(DISTINCT ("siteId", crane))::int AS cranes,
         (SELECT count(*)::int FROM stress_job) AS jobs FROM stress_gateway`,
    );
    await client.query('COMMIT');
    // The planner must know of the rows before anyone measures.
    await client.query(
      'VACUUM (ANALYZE) "Site", "Block", "Gateway", "Crane", "Slot", "Job", "JobEvent", "GatewayLog", "GatewayVitals", "SafetySignal"',
    );
    const figures = rows[0];
    if (!figures) throw new Error('the stress fleet was not counted');
    return { ...figures, ms: Date.now() - startedMs };
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}

async function writeFleet(client: PoolClient, gateways: number): Promise<void> {
  await client.query(CHANCE);
  await client.query(CODE);
  await client.query(SITES, [ZONES]);
  await client.query(PLACES, [gateways, ZONES.length]);
  for (const statement of CRANES) await client.query(statement);
  await client.query('ANALYZE stress_gateway');
  await client.query('ANALYZE "Crane"');
  await client.query(GATEWAYS, [CURRENT_VERSION, PREVIOUS_VERSION, 'v4.9.3', TRIAL_VERSION]);
  await client.query(SLOTS, [PREVIOUS_VERSION, SLOT_BYTES]);
  await client.query(VITALS);
  await client.query(SIGNALS, [Object.keys(SIGNAL_VALUES), Object.values(SIGNAL_VALUES).map((value) => JSON.stringify(value))]);
  await client.query(LOGS);
}

async function writeJobs(client: PoolClient): Promise<void> {
  const release = await currentRelease(client);
  await client.query(JOBS, [JOB_ROUNDS]);
  await client.query('ANALYZE stress_job');
  const options = JSON.stringify(jobOptionsSchema.parse({}));
  const job = [CURRENT_VERSION, PREVIOUS_VERSION, release.id, release.sha256, release.sizeBytes, options, JSON.stringify(HOLD)];
  await client.query(INSERT_JOBS, job);
  await client.query(EVENTS, [STEPS.map((step) => step.state), STEPS.map((step) => step.afterS), STEPS.map((step) => step.of.join(' '))]);
  await client.query(
    `UPDATE "Gateway" g SET status = 'updating' FROM stress_job j WHERE j."gatewayId" = g.id AND g.connected AND j.state IN ('downloading', 'writing', 'written')`,
  );
}

/** The release that the jobs install: the demo's, made here when the demo is not there. */
async function currentRelease(client: PoolClient): Promise<{ id: string; sha256: string; sizeBytes: number }> {
  const images = describeImages();
  for (const [index, release] of DEMO_RELEASES.entries()) {
    const image = images[index];
    if (!image) continue;
    await client.query('INSERT INTO "Artifact" (sha256, "sizeBytes") VALUES ($1, $2) ON CONFLICT DO NOTHING', [
      image.sha256,
      image.sizeBytes,
    ]);
    await client.query(
      `INSERT INTO "Release" (id, version, "versionSortKey", channel, type, severity, description, changelog, prerequisites, hardware, "artifactSha256", "releasedAt")
       VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, now() - make_interval(days => $11)) ON CONFLICT (version) DO NOTHING`,
      [
        release.version,
        versionSortKey(release.version),
        release.channel,
        release.type,
        release.severity,
        release.description,
        release.changelog,
        release.prerequisites,
        release.hardware,
        image.sha256,
        release.releasedDaysAgo,
      ],
    );
  }
  const { rows } = await client.query<{ id: string; sha256: string; sizeBytes: string }>(
    `SELECT r.id, a.sha256, a."sizeBytes" FROM "Release" r JOIN "Artifact" a ON a.sha256 = r."artifactSha256" WHERE r.version = $1`,
    [CURRENT_VERSION],
  );
  const [row] = rows;
  if (!row) throw new Error(`there is no release ${CURRENT_VERSION}`);
  return { id: row.id, sha256: row.sha256, sizeBytes: Number(row.sizeBytes) };
}
