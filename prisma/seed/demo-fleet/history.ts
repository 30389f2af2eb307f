/** Thirty days of finished jobs that lead to the version each gateway runs. Repeatable, and legal by the domain's table. */
import type { JobState } from '#/domain/jobs/job-machine';
import { type SlotId, SLOT_IDS } from '#/domain/jobs/job-options';
import { type Random, seededRandom } from '../random';
import { type CastGateway, PREDECESSOR } from './cast';
import { type Outcome, tellStory, type StoryEvent } from './story';

export type HistoryJob = {
  id: string;
  installationId: string;
  gatewayName: string;
  /** E-mail of a demo person. */
  initiatedBy: string;
  fromVersion: string;
  toVersion: string;
  targetSlot: SlotId;
  state: JobState;
  bytesTotal: number;
  bytesDone: number;
  retries: number;
  errorCode: string | null;
  createdAt: Date;
  startedAt: Date;
  downloadedAt: Date | null;
  finishedAt: Date;
  events: StoryEvent[];
};

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const ID_ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Days before now in which each version was rolled out, site after site (both ends within the release's life). */
const WAVES: Record<string, Record<string, [oldest: number, newest: number]>> = {
  'v4.9.3': { MAA: [26, 20], RTM: [26, 20], SAV: [26, 20] },
  'v5.0.4': { RTM: [29, 25], MAA: [26, 21], SAV: [23, 18] },
  'v5.0.5': { RTM: [12, 8], MAA: [10, 5], SAV: [7, 3] },
  'v5.1.0-rc.2': { RTM: [3, 1], MAA: [3, 1], SAV: [3, 1] },
};

/** Attempts that did not succeed and were not repeated yet: they fail before anything is written, so both slots are as before. */
const OPEN_ENDS: Record<string, { toVersion: string; hoursAgo: number; outcome: Outcome }[]> = {
  'MAA-Y-B15-RTG34-GW1': [{ toVersion: 'v5.0.5', hoursAgo: 31, outcome: 'network' }],
  'SAV-Y-B03-RTG11-GW1': [
    { toVersion: 'v5.0.4', hoursAgo: 190, outcome: 'cancelled' },
    { toVersion: 'v5.0.4', hoursAgo: 52, outcome: 'network' },
  ],
  'SAV-Q-STS22-GW1': [{ toVersion: 'v5.0.5', hoursAgo: 75, outcome: 'cancelled' }],
};

const SETBACKS = ['network', 'server', 'checksum', 'unhealthy', 'no_boot', 'cancelled'] as const satisfies readonly Outcome[];
const SETBACK_PROBABILITY = 0.22;

/** The finished jobs of the whole cast, oldest first. */
export function planHistory(cast: readonly CastGateway[], imageBytes: ReadonlyMap<string, number>, nowMs: number): HistoryJob[] {
  const taken = new Set<string>();
  const jobs = cast.flatMap((gateway, index) => {
    const random = seededRandom(7_000 + index);
    return planGateway(gateway, random, nowMs).map((attempt) => tellJob(gateway, attempt, imageBytes, random, taken));
  });
  return jobs.sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
}

type Attempt = { fromVersion: string; toVersion: string; targetSlot: SlotId; atMs: number; outcome: Outcome };

function planGateway(gateway: CastGateway, random: Random, nowMs: number): Attempt[] {
  const attempts: Attempt[] = [];
  const inactive = other(gateway.slot);
  let targetSlot: SlotId = gateway.slot;
  // Backwards from what runs now: the newest success filled the active slot, the one before it the other slot.
  for (let version = gateway.version; ; ) {
    const fromVersion = PREDECESSOR[version] ?? null;
    const wave = WAVES[version]?.[gateway.siteCode];
    if (fromVersion === null || wave === undefined) break;
    const atMs = nowMs - Math.round((wave[1] + random.next() * (wave[0] - wave[1])) * DAY_MS);
    attempts.push({ fromVersion, toVersion: version, targetSlot, atMs, outcome: 'confirmed' });
    if (random.chance(SETBACK_PROBABILITY)) {
      const setbackMs = atMs - random.int(3, 18) * HOUR_MS;
      attempts.push({ fromVersion, toVersion: version, targetSlot, atMs: setbackMs, outcome: random.pick(SETBACKS) });
    }
    version = fromVersion;
    targetSlot = other(targetSlot);
  }
  for (const { toVersion, hoursAgo, outcome } of OPEN_ENDS[gateway.name] ?? []) {
    attempts.push({ fromVersion: gateway.version, toVersion, targetSlot: inactive, atMs: nowMs - hoursAgo * HOUR_MS, outcome });
  }
  return attempts;
}

function tellJob(
  gateway: CastGateway,
  attempt: Attempt,
  imageBytes: ReadonlyMap<string, number>,
  random: Random,
  taken: Set<string>,
): HistoryJob {
  const bytesTotal = imageBytes.get(attempt.toVersion);
  if (bytesTotal === undefined) throw new Error(`the demo has no image of ${attempt.toVersion}`);
  const initiatedBy = initiator(gateway, random);
  const story = tellStory({ ...attempt, gateway, bytesTotal, initiatedBy, activeSlot: other(attempt.targetSlot) }, random);
  return {
    ...story,
    id: publicId('OTA-JOB', random, taken),
    installationId: publicId('OTA-INST', random, taken),
    gatewayName: gateway.name,
    initiatedBy,
    fromVersion: attempt.fromVersion,
    toVersion: attempt.toVersion,
    targetSlot: attempt.targetSlot,
    bytesTotal,
    createdAt: new Date(attempt.atMs),
  };
}

function initiator(gateway: CastGateway, random: Random): string {
  if (random.chance(0.2)) return 'supervisor@fairlead.example';
  return gateway.siteCode === 'RTM' ? 'operator.rtm@fairlead.example' : 'operator@fairlead.example';
}

function other(slot: SlotId): SlotId {
  return slot === SLOT_IDS[0] ? SLOT_IDS[1] : SLOT_IDS[0];
}

function publicId(prefix: string, random: Random, taken: Set<string>): string {
  for (;;) {
    const id = `${prefix}-${Array.from({ length: 6 }, () => ID_ALPHABET[random.int(0, ID_ALPHABET.length - 1)]).join('')}`;
    if (taken.has(id)) continue;
    taken.add(id);
    return id;
  }
}
