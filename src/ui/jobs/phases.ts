/** The phases of a job as a row of steps: what is done, where it stands, what is still to come. Pure. */
import { FINAL_STATES, type JobState } from '#/domain/jobs/job-machine';
import { type OrderedJob, phasesOfOrder } from '#/domain/jobs/job-phases';

export type PhaseStatus = 'done' | 'now' | 'held' | 'ended' | 'todo';
export type Phase = { state: JobState; status: PhaseStatus; at: Date | null; durationMs: number | null };

type PhasedJob = OrderedJob & {
  state: JobState;
  heldState: JobState | null;
  /** A version that has booted waits in its phase. */
  waitsToBeKept?: boolean;
  stateTimes: readonly { state: JobState; firstAt: Date; lastAt: Date }[];
  finishedAt: Date | null;
};

/**
 * The steps of a job. One that ended badly stops at the last phase it had reached, followed by how it ended; the phases
 * after that are left out, for they will never come.
 */
export function phasesOf(job: PhasedJob): Phase[] {
  // What has booted is where it is since then, however often it has said what it waits for.
  const times = new Map(job.stateTimes.map(({ state, firstAt, lastAt }) => [state, state === 'booted_unconfirmed' ? firstAt : lastAt]));
  const order = phasesOfOrder(job);
  const endedBadly = FINAL_STATES.has(job.state) && job.state !== 'confirmed';
  const present = job.heldState ?? job.state;
  const reached = endedBadly ? lastReached(order, times) : order.indexOf(present);
  const steps = order.slice(0, endedBadly ? reached + 1 : order.length).map((state, index): Phase => {
    const held = index === reached && (job.heldState !== null || job.waitsToBeKept === true);
    const rests = index === reached && index === order.length - 1;
    const status = index < reached || endedBadly || rests ? 'done' : index > reached ? 'todo' : held ? 'held' : 'now';
    return { state, status, at: index <= reached ? (times.get(state) ?? null) : null, durationMs: null };
  });
  if (endedBadly) steps.push({ state: job.state, status: 'ended', at: times.get(job.state) ?? job.finishedAt, durationMs: null });
  return steps.map((step, index) => ({ ...step, durationMs: spent(step, steps[index + 1]) }));
}

/** How long a phase took: until the next one that has a time. */
function spent(step: Phase, next: Phase | undefined): number | null {
  if (!step.at || !next?.at) return null;
  return Math.max(0, next.at.getTime() - step.at.getTime());
}

function lastReached(order: readonly JobState[], times: ReadonlyMap<JobState, Date>): number {
  return order.reduce((last, state, index) => (times.has(state) ? index : last), 0);
}

/** Time left at the present speed in ms, or null when it cannot be told. */
export function etaMs(bytesDone: number, bytesTotal: number, bytesPerSecond: number): number | null {
  if (bytesPerSecond <= 0 || bytesTotal <= 0 || bytesDone >= bytesTotal) return null;
  return ((bytesTotal - bytesDone) / bytesPerSecond) * 1000;
}
