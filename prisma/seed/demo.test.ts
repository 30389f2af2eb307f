import { describe, expect, it } from 'vitest';
import { ROLES } from '#/domain/access/roles';
import { applyJobEvent, FINAL_STATES, type JobPosition } from '#/domain/jobs/job-machine';
import { decodeImageManifest } from '#/domain/releases/image-manifest';
import { compareVersions, meetsPrerequisite } from '#/domain/releases/version';
import { readCycloneDx } from '#/domain/sbom/cyclonedx';
import { compareDebianVersions } from '#/domain/sbom/debian-version';
import { EXAMPLE_POLICY } from '#/domain/safety/policy';
import { fleetPlanSchema } from '#/protocol/demo/fleet-plan';
import { DEMO_CAST, DEMO_SITES, PREDECESSOR, serialOf, TOKEN_GATEWAY } from './demo-fleet/cast';
import { planFleet, SLOT_BYTES } from './demo-fleet/fleet';
import { planHistory } from './demo-fleet/history';
import { describeImages, imageChunks } from './demo-fleet/images';
import { demoBom } from './demo-fleet/packages';
import { DEMO_PEOPLE } from './demo-fleet/people';
import { CURRENT_VERSION, DEMO_RELEASES, HARDWARE, PREVIOUS_VERSION, TRIAL_VERSION } from './demo-fleet/releases';

const images = describeImages();
const names = DEMO_CAST.map((gateway) => gateway.name);
const share = (version: string) => DEMO_CAST.filter((gateway) => gateway.version === version).length / DEMO_CAST.length;
const releaseOf = (version: string) => DEMO_RELEASES.find((release) => release.version === version);
const DAY_MS = 86_400_000;

describe('the cast of the demo', () => {
  it('has three sites in three time zones, one with a half-hour offset, with quay and yard cranes', () => {
    const offsets = DEMO_SITES.map((site) => new Date('2026-01-15T12:00:00Z').toLocaleTimeString('en-GB', { timeZone: site.timezone }));
    expect(new Set(offsets).size).toBe(3);
    expect(offsets.some((time) => time.slice(3, 5) === '30')).toBe(true);
    for (const { code } of DEMO_SITES) {
      const kinds = new Set(DEMO_CAST.filter((gateway) => gateway.siteCode === code).map((gateway) => gateway.kind === 'sts'));
      expect(kinds).toEqual(new Set([true, false]));
    }
  });

  it('has at least 28 gateways with unique plant names and serial numbers, one or two per crane', () => {
    expect(DEMO_CAST.length).toBeGreaterThanOrEqual(28);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(DEMO_CAST.map((gateway, index) => serialOf(index, gateway))).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[A-Z]{3}-(Q-STS\d\d|Y-B\d\d-(RTG|RMG|ASC)\d\d)-GW[12]$/);
    const perCrane = Map.groupBy(DEMO_CAST, (gateway) => `${gateway.siteCode} ${gateway.crane}`);
    for (const gateways of perCrane.values()) {
      expect(gateways.length).toBeLessThanOrEqual(2);
      expect(new Set(gateways.map((gateway) => `${gateway.block} ${gateway.duty}`)).size).toBe(1);
    }
  });

  it('spreads versions and hardware as a fleet in the field does', () => {
    expect(share(CURRENT_VERSION)).toBeCloseTo(0.7, 1);
    expect(share(PREVIOUS_VERSION)).toBeCloseTo(0.22, 1);
    expect(share(TRIAL_VERSION)).toBeGreaterThan(0);
    expect(1 - share(CURRENT_VERSION) - share(PREVIOUS_VERSION) - share(TRIAL_VERSION)).toBeCloseTo(0.06, 1);
    expect(new Set(DEMO_CAST.map((gateway) => gateway.hardware))).toEqual(new Set(HARDWARE));
    expect(DEMO_CAST.filter((gateway) => gateway.off).length).toBeGreaterThan(0);
  });

  it('runs only what fits its hardware, and came from a version that may be updated to it', () => {
    for (const { name, version, hardware } of DEMO_CAST) {
      for (const one of [version, PREDECESSOR[version] ?? version]) {
        const fits = releaseOf(one)?.hardware ?? ['none'];
        expect(fits.length === 0 || fits.includes(hardware), `${one} on ${name}`).toBe(true);
      }
      const before = PREDECESSOR[version];
      if (before) for (const wanted of releaseOf(version)?.prerequisites ?? []) expect(meetsPrerequisite(before, wanted)).toBe(true);
    }
  });

  it('offers programs a parked gateway on partition A with an update, and more of them to tests', () => {
    const offered = DEMO_CAST.filter(
      (gateway) => gateway.duty === 'parked' && gateway.version === PREVIOUS_VERSION && gateway.link === 'fibre',
    );
    const sound = offered.filter((gateway) => gateway.badVersions.length === 0 && gateway.upsPercent === null);
    const worn = offered.filter((gateway) => gateway.upsPercent !== null);
    expect(worn.map((gateway) => gateway.upsPercent)).toEqual([25, 25]);
    expect(
      worn.every(
        ({ upsPercent }) => Number(upsPercent) < EXAMPLE_POLICY.upsSoftPercent && Number(upsPercent) > EXAMPLE_POLICY.upsHardPercent,
      ),
    ).toBe(true);
    expect(sound.length).toBeGreaterThanOrEqual(5);
    expect(sound.find((gateway) => gateway.name === TOKEN_GATEWAY)).toMatchObject({ slot: 'A', off: false, weakUps: false });
    expect(offered.filter((gateway) => gateway.badVersions.includes(CURRENT_VERSION))).toHaveLength(1);
  });

  it('has someone in every role, and an operator of one site', () => {
    expect(new Set(DEMO_PEOPLE.map((person) => person.role))).toEqual(new Set(ROLES));
    expect(DEMO_PEOPLE.filter((person) => person.role === 'operator' && person.siteCode !== null)).toHaveLength(1);
  });
});

describe('images and plan', () => {
  it('are whole images of their version that fit a slot and do not compress', async () => {
    const { deflateSync } = await import('node:zlib');
    for (const [index, release] of DEMO_RELEASES.entries()) {
      const bytes = Buffer.concat([...imageChunks(release)]);
      expect(decodeImageManifest(bytes)).toMatchObject({ version: release.version });
      expect(bytes.length).toBe(images[index]?.sizeBytes);
      expect(bytes.length).toBeLessThan(SLOT_BYTES);
      expect(deflateSync(bytes.subarray(4096, 1_000_000)).length).toBeGreaterThan(990_000);
    }
    expect(new Set(images.map((image) => image.sha256)).size).toBe(DEMO_RELEASES.length);
    expect(describeImages()).toEqual(images);
  });

  it('make a plan by the schema: two gateways of a crane follow one script', () => {
    process.env.DATABASE_URL ??= 'postgresql://unused';
    process.env.FAIRLEAD_SECRET ??= 'x'.repeat(32);
    const ids = new Map(names.map((name) => [name, crypto.randomUUID()]));
    const tokens = new Map(names.map((name) => [name, `fle_${name.padEnd(30, '0')}`]));
    const plan = fleetPlanSchema.parse(planFleet('http://localhost:3000', images, ids, tokens));
    expect(Object.values(plan.images).every((path) => path.startsWith('/'))).toBe(true);
    for (const gateway of plan.gateways) {
      expect(plan.images[gateway.activeVersion]).toBeDefined();
      if (gateway.inactiveVersion) expect(plan.images[gateway.inactiveVersion]).toBeDefined();
    }
    const [one, two] = plan.gateways.filter((gateway) => gateway.name.startsWith('RTM-Q-STS07'));
    expect(one?.scriptSeed).toBe(two?.scriptSeed);
    expect(new Set(plan.gateways.map((gateway) => gateway.scriptSeed)).size).toBe(new Set(DEMO_CAST.map((g) => g.siteCode + g.crane)).size);
  });
});

describe('history', () => {
  const nowMs = Date.parse('2026-11-25T12:00:00Z');
  const bytes = new Map(images.map((image) => [image.version, image.sizeBytes]));
  const jobs = planHistory(DEMO_CAST, bytes, nowMs);

  it('is the same every time, within thirty days, and only of what was released', () => {
    expect(planHistory(DEMO_CAST, bytes, nowMs)).toEqual(jobs);
    expect(new Set(jobs.map((job) => job.id)).size).toBe(jobs.length);
    for (const job of jobs) {
      expect(job.createdAt.getTime()).toBeGreaterThan(nowMs - 30 * DAY_MS);
      expect(job.finishedAt.getTime()).toBeLessThan(nowMs);
      expect(job.createdAt.getTime()).toBeGreaterThan(nowMs - (releaseOf(job.toVersion)?.releasedDaysAgo ?? 0) * DAY_MS);
      expect(compareVersions(job.fromVersion, job.toVersion)).toBeLessThan(0);
    }
  });

  it('moves every job by the table of the domain, in order of time, to an end', () => {
    for (const job of jobs) {
      let position: JobPosition = { state: 'offered', heldState: null };
      let atMs = job.createdAt.getTime();
      for (const event of job.events.slice(1)) {
        const next: JobPosition | null = event.event === null ? null : applyJobEvent(position, event.event);
        expect(next?.state, `${position.state} → ${event.state}`).toBe(event.state);
        if (next) position = next;
        expect(event.at.getTime()).toBeGreaterThanOrEqual(atMs);
        atMs = event.at.getTime();
      }
      expect(FINAL_STATES.has(job.state)).toBe(true);
      expect(position.state).toBe(job.state);
      expect(job.finishedAt.getTime()).toBe(atMs);
      expect(job.errorCode !== null).toBe(job.state === 'failed' || job.state === 'rolled_back');
    }
  });

  it('ends at what each gateway runs, in the slot it runs from', () => {
    const byGateway = Map.groupBy(jobs, (job) => job.gatewayName);
    for (const gateway of DEMO_CAST) {
      const confirmed = (byGateway.get(gateway.name) ?? []).filter((job) => job.state === 'confirmed');
      const [last, before] = confirmed.toReversed();
      if (last) expect(last, gateway.name).toMatchObject({ toVersion: gateway.version, targetSlot: gateway.slot });
      if (last && before) {
        expect(before.toVersion).toBe(last.fromVersion);
        expect(before.targetSlot).not.toBe(last.targetSlot);
      }
    }
  });

  it('has failures, fall-backs and cancellations too, and no fall-back that was not made good', () => {
    const states = new Set(jobs.map((job) => job.state));
    expect(states).toEqual(new Set(['confirmed', 'failed', 'rolled_back', 'cancelled']));
    for (const bad of jobs.filter((job) => job.state === 'rolled_back')) {
      const later = jobs.find((job) => job.gatewayName === bad.gatewayName && job.createdAt > bad.finishedAt && job.state === 'confirmed');
      expect(later?.targetSlot, bad.gatewayName).toBe(bad.targetSlot);
    }
  });
});

describe('the bills of materials of the demo', () => {
  it.each(DEMO_RELEASES)('$version: can be read and compared, names the kernel of its image, and says that it is demo data', (release) => {
    const document = JSON.parse(demoBom(release)) as { metadata: { component: { name: string } } };
    expect(document.metadata.component.name).toContain('demo data');
    const read = readCycloneDx(document);
    if ('faults' in read) throw new Error(JSON.stringify(read.faults));
    const { components } = read.facts;
    expect(components).toContainEqual(expect.objectContaining({ name: 'linux', version: release.kernel }));
    expect(components.length).toBeGreaterThan(20);
    for (const { name, version, purl } of components.slice(1)) {
      expect(compareDebianVersions(version ?? '', '0'), `${name} ${version}`).toBeGreaterThan(0);
      expect(purl).toContain(`pkg:deb/debian/${name}@`);
    }
  });
});
