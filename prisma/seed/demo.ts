/**
 * The demo: three sites of cranes, their people, releases and a month of history. One transaction writes the rows; what
 * only this installation may know (passwords, tokens) follows in demo.json and fleet/plan.json and is made again when
 * such a file is missing, so that a start that was killed anywhere ends whole at the next one.
 */
import { type DemoInfo, demoInfoSchema } from '#/protocol/demo/demo-info';
import { type FleetPlan, fleetPlanSchema } from '#/protocol/demo/fleet-plan';
import { systemActor } from '#/server/access/actor';
import { hashToken } from '#/server/access/token-secret';
import { type Db, getDb, type Tx } from '#/server/db/client';
import { issueEnrolmentToken } from '#/server/enrolment/issue-token';
import { DEMO_CAST, DEMO_SITES, TOKEN_GATEWAY } from './demo-fleet/cast';
import { imagePaths, planFleet } from './demo-fleet/fleet';
import { demoInfoFile, fleetPlanFile, readHomeFile, writeHomeFile } from './demo-fleet/home-files';
import { type DemoImage, describeImages, storeImages } from './demo-fleet/images';
import { describeDemoReleases } from './demo-fleet/packages';
import { DEMO_PEOPLE, LATER_PEOPLE, renewCredentials } from './demo-fleet/people';
import { signDemoReleases } from './demo-fleet/release-key';
import { addMissingPeople, writeDemoRows } from './demo-fleet/rows';

export type DemoOptions = { home: string; publicUrl: string; mqttUrl: string };

/** Serialises seeds of several programs on one database. */
const SEED_LOCK = 7_364_001;
/** A demo gateway may be switched on for the first time long after the seed. */
const ENROLMENT_TTL_MS = 10 * 365 * 86_400_000;
const actor = systemActor('seed');

/**
 * Seeds a database without sites, and brings the two files up to date for one that holds the demo already. Resolves with
 * what demo.json says, or null when the database holds a fleet that is not the demo: nothing is touched then.
 */
export async function seedDemo(options: DemoOptions): Promise<DemoInfo | null> {
  const db = getDb();
  const images = describeImages();
  const isSeeded = await db.$transaction((tx) => seedRows(tx, images), { timeout: 60_000 });
  if (!isSeeded) return null;
  await storeImages(images);
  // Before anything enrols: what is in the ring then is pinned.
  await signDemoReleases(options.home, images);
  await describeDemoReleases(images);
  const ids = await gatewayIds(db);
  await bringPlan(options, images, ids);
  return bringInfo(db, options, ids);
}

/** True when the database holds the demo, now or before. */
async function seedRows(tx: Tx, images: readonly DemoImage[]): Promise<boolean> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${SEED_LOCK})`;
  if ((await tx.site.count()) > 0) {
    if (!(await holdsDemo(tx))) return false;
    await addMissingPeople(tx, actor);
    return true;
  }
  await writeDemoRows(tx, actor, images, Date.now());
  return true;
}

async function holdsDemo(tx: Tx): Promise<boolean> {
  const codes = DEMO_SITES.map((site) => site.code);
  const emails = DEMO_PEOPLE.map((person) => person.email).filter((email) => !LATER_PEOPLE.has(email));
  const names = DEMO_CAST.map((gateway) => gateway.name);
  const people = await tx.user.count({ where: { email: { in: emails } } });
  const sites = await tx.site.count({ where: { code: { in: codes } } });
  const gateways = await tx.gateway.count({ where: { name: { in: names } } });
  return sites === codes.length && people === emails.length && gateways === names.length;
}

async function gatewayIds(db: Db): Promise<Map<string, string>> {
  const rows = await db.gateway.findMany({
    where: { name: { in: DEMO_CAST.map((gateway) => gateway.name) } },
    select: { id: true, name: true },
  });
  return new Map(rows.map((row) => [row.name, row.id]));
}

/** A plan of this database is kept but for addresses and paths; otherwise every gateway gets a new enrolment token. */
async function bringPlan(options: DemoOptions, images: readonly DemoImage[], ids: Map<string, string>): Promise<void> {
  const file = fleetPlanFile(options.home);
  const old = await readHomeFile<FleetPlan>(file, fleetPlanSchema);
  if (old?.gateways.length === DEMO_CAST.length && old.gateways.every((gateway) => ids.get(gateway.name) === gateway.gatewayId)) {
    await writeIfChanged(file, old, { ...old, serverUrl: options.publicUrl, images: imagePaths(images) });
    return;
  }
  const tokens = new Map<string, string>();
  for (const [name, gatewayId] of ids) {
    const { token } = await issueEnrolmentToken(actor, { gatewayId, ttlMs: ENROLMENT_TTL_MS });
    tokens.set(name, token);
  }
  await writeHomeFile(file, planFleet(options.publicUrl, images, ids, tokens));
}

/** Passwords and tokens of this database are kept; otherwise they are made again. */
async function bringInfo(db: Db, options: DemoOptions, ids: Map<string, string>): Promise<DemoInfo> {
  const file = demoInfoFile(options.home);
  const old = await readHomeFile<DemoInfo>(file, demoInfoSchema);
  const urls = { url: options.publicUrl, mqtt_url: options.mqttUrl };
  if (old && (await isKnown(db, old))) {
    const info = { ...old, ...urls };
    await writeIfChanged(file, old, info);
    return info;
  }
  const gatewayId = ids.get(TOKEN_GATEWAY);
  if (gatewayId === undefined) throw new Error(`the demo has lost its gateway ${TOKEN_GATEWAY}`);
  const info = { ...urls, ...(await renewCredentials(db, actor, gatewayId)) };
  await writeHomeFile(file, info);
  return info;
}

/** Whether every token is one of this database. A revoked one counts: what an administrator took away stays away. */
async function isKnown(db: Db, info: DemoInfo): Promise<boolean> {
  // Made by a version whose demo had fewer people.
  if (DEMO_PEOPLE.some(({ email }) => !info.users.some((user) => user.email === email))) return false;
  const hashes = [...info.users.map((user) => user.token), info.gateway_token.token].map(hashToken);
  return (await db.apiToken.count({ where: { tokenHash: { in: hashes } } })) === hashes.length;
}

async function writeIfChanged(file: string, old: unknown, value: unknown): Promise<void> {
  if (JSON.stringify(old) !== JSON.stringify(value)) await writeHomeFile(file, value);
}
