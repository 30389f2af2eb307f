/** Writes the demo into an empty database: sites, cranes, gateways, releases, people and history. */
import { randomUUID } from 'node:crypto';
import { jobOptionsSchema } from '#/domain/jobs/job-options';
import { versionSortKey } from '#/domain/releases/version';
import { defaultSettings } from '#/domain/settings/gateway-settings';
import type { Actor } from '#/server/access/actor';
import { recordAudit } from '#/server/audit/record-audit';
import type { Tx } from '#/server/db/client';
import { DEMO_CAST, DEMO_SITES, modelOf, PREDECESSOR, serialOf } from './cast';
import { SLOT_BYTES } from './fleet';
import { planHistory } from './history';
import type { DemoImage } from './images';
import { DEMO_PEOPLE } from './people';
import { DEMO_RELEASES, TRIAL_VERSION } from './releases';

const DAY_MS = 86_400_000;
/** Not a hash, so no password fits until renewCredentials has made one. */
const NO_PASSWORD = 'none';

type Ids = Map<string, string>;

export async function writeDemoRows(tx: Tx, actor: Actor, images: readonly DemoImage[], nowMs: number): Promise<void> {
  const createdAt = new Date(nowMs - 60 * DAY_MS);
  const sites = await writeSites(tx, createdAt);
  const releases = await writeReleases(tx, images, nowMs);
  const people = await writePeople(tx, actor, sites);
  const gateways = await writeGateways(tx, sites, images, createdAt, nowMs);
  await writeHistory(tx, { sites, releases, people, gateways }, images, nowMs);
}

async function writeSites(tx: Tx, createdAt: Date): Promise<Ids> {
  const sites = DEMO_SITES.map((site) => ({ id: randomUUID(), ...site, createdAt }));
  await tx.site.createMany({ data: sites });
  return new Map(sites.map((site) => [site.code, site.id]));
}

async function writeReleases(tx: Tx, images: readonly DemoImage[], nowMs: number): Promise<Ids> {
  const shaOf = new Map(images.map((image) => [image.version, image.sha256]));
  await tx.artifact.createMany({
    data: images.map(({ sha256, sizeBytes }) => ({ sha256, sizeBytes: BigInt(sizeBytes) })),
    skipDuplicates: true,
  });
  const releases = DEMO_RELEASES.map(({ releasedDaysAgo, kernel: _kernel, imageBytes: _bytes, ...release }) => ({
    ...release,
    id: randomUUID(),
    versionSortKey: versionSortKey(release.version),
    artifactSha256: need(shaOf, release.version),
    releasedAt: new Date(nowMs - releasedDaysAgo * DAY_MS),
  }));
  await tx.release.createMany({ data: releases });
  return new Map(releases.map((release) => [release.version, release.id]));
}

/** People whom an earlier version of the demo did not have. */
export async function addMissingPeople(tx: Tx, actor: Actor): Promise<void> {
  const known = await tx.user.findMany({ where: { email: { in: DEMO_PEOPLE.map(({ email }) => email) } }, select: { email: true } });
  const emails = new Set(known.map((user) => user.email));
  const missing = DEMO_PEOPLE.filter((person) => !emails.has(person.email));
  if (missing.length === 0) return;
  const sites = await tx.site.findMany({ where: { code: { in: DEMO_SITES.map(({ code }) => code) } }, select: { id: true, code: true } });
  await writePeople(tx, actor, new Map(sites.map((site) => [site.code, site.id])), missing);
}

async function writePeople(tx: Tx, actor: Actor, sites: Ids, whom = DEMO_PEOPLE): Promise<Ids> {
  const people = whom.map((person) => ({ id: randomUUID(), ...person }));
  await tx.user.createMany({ data: people.map(({ id, email, name }) => ({ id, email, name, passwordHash: NO_PASSWORD })) });
  await tx.roleAssignment.createMany({
    data: people.map(({ id, role, siteCode }) => ({ userId: id, role, siteId: siteCode === null ? null : need(sites, siteCode) })),
  });
  for (const { id, email } of people)
    await recordAudit(tx, actor, { name: 'user.created', objectType: 'user', objectId: id, data: { email } });
  return new Map(people.map((person) => [person.email, person.id]));
}

async function writeGateways(tx: Tx, sites: Ids, images: readonly DemoImage[], createdAt: Date, nowMs: number): Promise<Ids> {
  const blocks: Ids = new Map();
  const cranes: Ids = new Map();
  for (const { siteCode, block, crane } of DEMO_CAST) {
    blocks.set(`${siteCode}/${block}`, blocks.get(`${siteCode}/${block}`) ?? randomUUID());
    cranes.set(`${siteCode}/${crane}`, cranes.get(`${siteCode}/${crane}`) ?? randomUUID());
  }
  const firstOf = new Map(DEMO_CAST.toReversed().map((gateway) => [`${gateway.siteCode}/${gateway.crane}`, gateway]));
  await tx.block.createMany({
    data: [...blocks].map(([key, id]) => ({ id, siteId: need(sites, key.split('/')[0] ?? ''), name: key.split('/')[1] ?? '' })),
  });
  await tx.crane.createMany({
    data: [...firstOf].map(([key, { siteCode, block, crane, kind }]) => ({
      id: need(cranes, key),
      siteId: need(sites, siteCode),
      blockId: need(blocks, `${siteCode}/${block}`),
      name: crane,
      kind,
    })),
  });
  const rows = DEMO_CAST.map((gateway, index) => ({ id: randomUUID(), gateway, index }));
  await tx.gateway.createMany({
    data: rows.map(({ id, gateway, index }) => ({
      id,
      name: gateway.name,
      siteId: need(sites, gateway.siteCode),
      craneId: need(cranes, `${gateway.siteCode}/${gateway.crane}`),
      model: modelOf(gateway),
      serialNumber: serialOf(index, gateway),
      hardwareRevision: gateway.hardware,
      createdAt,
      // What runs elsewhere is told by the agent when it connects. One that is switched off cannot: it is as it was last seen.
      ...(gateway.off
        ? {
            enrolledAt: createdAt,
            lastSeenAt: new Date(nowMs - 2.2 * DAY_MS),
            disconnectedAt: new Date(nowMs - 2.2 * DAY_MS),
            activeSlot: gateway.slot,
            activeVersion: gateway.version,
          }
        : {}),
    })),
  });
  await writeSlotsOfOff(tx, rows, images);
  const trial = rows.filter(({ gateway }) => gateway.version === TRIAL_VERSION);
  for (const { id, gateway } of trial) {
    const body = defaultSettings(DEMO_SITES.find((site) => site.code === gateway.siteCode)?.timezone ?? 'UTC');
    await tx.gatewaySettings.create({ data: { gatewayId: id, body: { ...body, channels: { ...body.channels, current: 'beta' } } } });
  }
  return new Map(rows.map(({ id, gateway }) => [gateway.name, id]));
}

type GatewayRow = { id: string; gateway: (typeof DEMO_CAST)[number] };

async function writeSlotsOfOff(tx: Tx, rows: readonly GatewayRow[], images: readonly DemoImage[]): Promise<void> {
  const slots = rows
    .filter(({ gateway }) => gateway.off)
    .flatMap(({ id, gateway }) =>
      (['A', 'B'] as const).map((slot) => {
        const active = slot === gateway.slot;
        const version = active ? gateway.version : (PREDECESSOR[gateway.version] ?? null);
        const image = images.find((one) => one.version === version);
        const status = active ? 'healthy' : image ? 'ready' : 'empty';
        const size = { sizeBytes: BigInt(SLOT_BYTES), usedBytes: BigInt(image?.sizeBytes ?? 0) };
        return { gatewayId: id, id: slot, version, sha256: image?.sha256 ?? null, status, nextBoot: active, ...size };
      }),
    );
  await tx.slot.createMany({ data: slots });
}

type AllIds = { sites: Ids; releases: Ids; people: Ids; gateways: Ids };

async function writeHistory(tx: Tx, ids: AllIds, images: readonly DemoImage[], nowMs: number): Promise<void> {
  const jobs = planHistory(DEMO_CAST, new Map(images.map((image) => [image.version, image.sizeBytes])), nowMs);
  const shaOf = new Map(images.map((image) => [image.version, image.sha256]));
  const siteOf = new Map(DEMO_CAST.map((gateway) => [gateway.name, gateway.siteCode]));
  await tx.job.createMany({
    data: jobs.map(({ events, gatewayName, bytesTotal, bytesDone, ...job }) => ({
      ...job,
      gatewayId: need(ids.gateways, gatewayName),
      siteId: need(ids.sites, need(siteOf, gatewayName)),
      releaseId: need(ids.releases, job.toVersion),
      initiatedById: need(ids.people, job.initiatedBy),
      type: 'install',
      intent: 'install',
      strategy: 'seamless',
      artifactSha256: need(shaOf, job.toVersion),
      options: jobOptionsSchema.parse({}),
      reportSeq: BigInt(events.length - 1),
      percent: Math.round((bytesDone / bytesTotal) * 1000) / 10,
      bytesTotal: BigInt(bytesTotal),
      bytesDone: BigInt(bytesDone),
      errorMessage: job.errorCode === null ? null : (events.at(-1)?.message ?? null),
      stateChangedAt: job.finishedAt,
    })),
  });
  await tx.jobEvent.createMany({
    data: jobs.flatMap((job) => job.events.map(({ event: _event, ...event }) => ({ jobId: job.id, kind: 'state', ...event }))),
  });
  await tx.$executeRaw`
    UPDATE "Gateway" g SET "lastOtaAt" = j.at
    FROM (SELECT "gatewayId", max("finishedAt") AS at FROM "Job" WHERE state = 'confirmed' GROUP BY 1) j WHERE j."gatewayId" = g.id`;
}

function need(map: ReadonlyMap<string, string>, key: string): string {
  const value = map.get(key);
  if (value === undefined) throw new Error(`the seed knows nothing of ${key}`);
  return value;
}
