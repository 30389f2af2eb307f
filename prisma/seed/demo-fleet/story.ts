/** How one past job went, event by event, in the words of the agent. */
import type { JobEventName, JobState } from '#/domain/jobs/job-machine';
import type { SlotId } from '#/domain/jobs/job-options';
import type { Hold } from '#/domain/jobs/hold';
import type { Random } from '../random';
import type { CastGateway } from './cast';

export type Outcome = 'confirmed' | 'network' | 'server' | 'checksum' | 'unhealthy' | 'no_boot' | 'cancelled';

export type StoryEvent = {
  at: Date;
  /** The move by which the state was reached; null for the order itself. */
  event: JobEventName | null;
  state: JobState;
  message: string;
  actor: string;
  details: { holds?: Hold[] };
};

export type StoryInput = {
  gateway: CastGateway;
  initiatedBy: string;
  toVersion: string;
  targetSlot: SlotId;
  activeSlot: SlotId;
  bytesTotal: number;
  atMs: number;
  outcome: Outcome;
};

export type Story = {
  state: JobState;
  bytesDone: number;
  retries: number;
  errorCode: string | null;
  startedAt: Date;
  downloadedAt: Date | null;
  finishedAt: Date;
  events: StoryEvent[];
};

/** Bytes per second that the links of the demo carry. */
const SPEED: Record<CastGateway['link'], number> = { fibre: 6_000_000, mesh: 700_000, lte: 160_000 };
/** Longest wait for the crane to rest, seconds. */
const REST_WAIT_S: Record<CastGateway['duty'], number> = { parked: 0, idle: 120, busy: 900 };

const MOVING: Hold = {
  kind: 'interlock',
  constraint: 'crane_motion',
  hard: true,
  message: 'an axis is moving',
  clearsWhen: 'no axis moves',
};

const AGENT_FAILURE: Record<'network' | 'server' | 'checksum', { code: string; message: string }> = {
  network: { code: 'NETWORK_UNAVAILABLE', message: 'the download made no progress for 10 minutes: the connection was lost' },
  server: { code: 'UPDATE_SERVER_UNREACHABLE', message: 'the server answered 503 to a download' },
  checksum: { code: 'CHECKSUM_MISMATCH', message: 'the downloaded bytes do not have the SHA-256 of the order' },
};

/** Tells the whole job; the events are in order and legal by JOB_TRANSITIONS. */
export function tellStory(input: StoryInput, random: Random): Story {
  const { gateway, toVersion, targetSlot, activeSlot, bytesTotal, outcome, initiatedBy } = input;
  const events: StoryEvent[] = [];
  let nowMs = input.atMs;
  const say = (afterS: number, event: JobEventName | null, state: JobState, message: string, more: Partial<StoryEvent> = {}): void => {
    nowMs += Math.round(afterS * 1000);
    events.push({ at: new Date(nowMs), event, state, message, actor: gateway.name, details: {}, ...more });
  };
  const between = (from: number, to: number): number => from + random.next() * (to - from);
  const end = (bytesDone: number, errorCode: string | null, retries = 0): Story => ({
    state: events.at(-1)?.state ?? 'offered',
    bytesDone,
    retries,
    errorCode,
    startedAt: at(events, 'accepted') ?? new Date(nowMs),
    downloadedAt: at(events, 'downloaded'),
    finishedAt: new Date(nowMs),
    events,
  });

  say(0, null, 'offered', `${initiatedBy} ordered ${toVersion} for partition ${targetSlot}`, { actor: initiatedBy });
  say(between(0.1, 2), 'accept', 'accepted', `accepted ${toVersion} for slot ${targetSlot}`);
  say(between(0.05, 0.5), 'start_download', 'downloading', `downloading ${toVersion}`);
  const downloadS = (bytesTotal / SPEED[gateway.link]) * between(0.8, 1.6);
  const share = between(0.1, 0.9);
  if (outcome === 'network' || outcome === 'server' || outcome === 'checksum') {
    const whole = outcome === 'checksum';
    const { code, message } = AGENT_FAILURE[outcome];
    say(whole ? downloadS : downloadS * share + (outcome === 'network' ? 600 : 40), 'fail', 'failed', message);
    return end(whole ? bytesTotal : Math.round(bytesTotal * share), code, random.int(2, 6));
  }
  if (outcome === 'cancelled') {
    say(downloadS * share, 'pause', 'paused', 'paused: the berth is needed', { actor: initiatedBy });
    say(between(120, 1800), 'cancel', 'cancelled', 'cancelled: postponed to the next quiet shift', { actor: initiatedBy });
    return end(Math.round(bytesTotal * share), null);
  }
  say(downloadS, 'finish_download', 'downloaded', `${toVersion} is downloaded`);
  say(between(0.01, 0.1), 'start_verify', 'verifying', 'hashing the downloaded image');
  say(between(0.3, 2), 'start_write', 'writing', `writing slot ${targetSlot}`);
  say(between(1, 6), 'finish_write', 'written', `slot ${targetSlot} holds ${toVersion}, read back and compared`);
  const waitS = REST_WAIT_S[gateway.duty] * random.next();
  if (waitS > 20) {
    say(0.2, 'hold', 'waiting', `waiting: ${MOVING.message}`, { details: { holds: [MOVING] } });
    say(waitS, 'resume', 'written', 'nothing holds the update any more');
  }
  say(between(0.1, 1), 'switch_slot', 'boot_pending', `the bootloader starts slot ${targetSlot} next`);
  if (outcome === 'no_boot') {
    const message = `slot ${targetSlot} did not come up; the bootloader went back to slot ${activeSlot}`;
    say(between(60, 150), 'roll_back', 'rolled_back', message);
    return end(bytesTotal, 'INVALID_UPDATE_FILE');
  }
  say(between(4, 25), 'boot', 'booted_unconfirmed', `slot ${targetSlot} has booted ${toVersion}`);
  if (outcome === 'unhealthy') {
    say(between(60, 90), 'roll_back', 'rolled_back', `${toVersion} is not healthy: the PLC bridge gave no answer within 60 s`);
    return end(bytesTotal, 'INVALID_UPDATE_FILE');
  }
  say(between(3, 15), 'confirm', 'confirmed', `slot ${targetSlot} runs ${toVersion}, is healthy and is kept`);
  return end(bytesTotal, null, gateway.link === 'fibre' ? 0 : random.int(0, 3));
}

function at(events: readonly StoryEvent[], state: JobState): Date | null {
  return events.find((event) => event.state === state)?.at ?? null;
}
