/** Whether the job may go on now, from the window, the delay and the interlocks; and if not, what holds it. */
import type { Hold } from '#/domain/jobs/hold';
import type { JobState } from '#/domain/jobs/job-machine';
import { nextOperation } from '#/domain/jobs/next-operation';
import { policyOfCommit } from '#/domain/safety/commit-policy';
import { evaluateSafety, type Verdict } from '#/domain/safety/evaluate';
import { type OperationClass, REQUIRED_CONSTRAINTS, type SafetyPolicy } from '#/domain/safety/policy';
import type { Constraint, SignalSet } from '#/domain/safety/signals';
import type { GrantReport } from '#/protocol/mqtt/grants';
import { operationOfJob } from '../journal/job-operation';
import type { JournalJob } from '../journal/journal-schema';
import type { Clock, SignalReader } from '../ports';
import type { Cover, GrantDesk, GrantQuestion } from '../safety/grant-desk';

export type GateResult = {
  holds: Hold[];
  /** At least one hold is an interlock and not a time to wait for. */
  interlocked: boolean;
  /** One of them pauses a running download. */
  pauses: boolean;
  /** What holds it is, among others, that something is not seen. */
  unseen: boolean;
  /** When the signals were sampled, monotonic ms. */
  sampledAtMs: number;
  /** Grants that let soft limits be passed; they are to be used before the step (takeGrants). */
  grants: string[];
  /** Null where the state needs no gate. */
  question: GrantQuestion | null;
  observed: GrantReport['observed'];
};
export type GateDeps = { clock: Clock; signals: SignalReader; grants: Pick<GrantDesk, 'cover' | 'beganUnder'> };

const GATED: ReadonlySet<JobState> = new Set([
  'accepted',
  'downloading',
  'capturing',
  'verifying',
  'writing',
  'written',
  'boot_pending',
  'resetting',
  'booted_unconfirmed',
]);

/** The operation that comes next in a state; null = nothing that needs a gate. */
function operationIn(state: JobState, job: JournalJob): OperationClass | null {
  if (!GATED.has(state)) return null;
  const operation = operationOfJob(job);
  return nextOperation({ state, heldState: null }, operation);
}

/**
 * Samples the sources directly and judges. A source that fails leaves its signal missing, which blocks. A soft limit may be
 * passed by a grant that covers the value seen now; a hard limit, a stale value and sources that disagree by nothing.
 * `bytesToStore`: what this state needs room for. `pausing`: constraints whose hard limit also holds a download.
 */
export async function askGate(
  deps: GateDeps,
  job: JournalJob,
  state: JobState,
  limits: SafetyPolicy,
  bytesToStore: number,
  pausing: ReadonlySet<Constraint>,
): Promise<GateResult> {
  const sampledAtMs = deps.clock.monotonicMs();
  const operation = operationIn(state, job);
  if (operation === null)
    return { holds: [], interlocked: false, pauses: false, unseen: false, sampledAtMs, grants: [], question: null, observed: [] };
  const commits = state === 'booted_unconfirmed';
  const policy = commits ? policyOfCommit(limits) : limits;
  const signals = await deps.signals.read().catch((): SignalSet => ({}));
  const nowMs = deps.clock.nowMs();
  const context = { nowMs, imageBytes: bytesToStore };
  const { blocking, verdicts } = evaluateSafety(signals, policy, operation, context);
  const act = { jobId: job.order.jobId, attempt: job.order.attempt, operation };
  const question: GrantQuestion = { act, job, signals, policy, context };
  const grants: string[] = [];
  const interlocks: Hold[] = [];
  for (const verdict of blocking) {
    if (commits && deps.grants.beganUnder(verdict, question)) continue;
    const cover = deps.grants.cover(verdict, question);
    if (cover.grantId === null) interlocks.push(holdOf(verdict, cover, signals));
    else grants.push(cover.grantId);
  }
  const required = new Set(REQUIRED_CONSTRAINTS[operation]);
  const pauses = verdicts.filter((one) => state === 'downloading' && pausing.has(one.constraint) && one.level === 'hard');
  interlocks.push(...pauses.filter((one) => !required.has(one.constraint)).map((verdict) => holdOf(verdict, null, signals)));
  return {
    holds: [...timeHolds(job, operation, state, nowMs), ...interlocks],
    interlocked: interlocks.length > 0,
    pauses: pauses.length > 0,
    unseen: interlocks.some((one) => one.unseen),
    sampledAtMs,
    grants,
    question,
    observed: verdicts.filter((one) => required.has(one.constraint)).map(observe),
  };
}

function observe({ constraint, value, limit, level, source, ageMs }: Verdict): GrantReport['observed'][number] {
  return { constraint, value, limit: limit.slice(0, 120), level, source, ageMs };
}

/** The states in which no window is asked for: what is switched or begun comes to its end. */
const AFTER_THE_SWITCH: ReadonlySet<JobState> = new Set(['boot_pending', 'resetting', 'booted_unconfirmed']);

function timeHolds(job: JournalJob, operation: OperationClass, state: JobState, nowMs: number): Hold[] {
  const { strategy, notBeforeAt, windowEndsAt, options } = job.order;
  const holds: Hold[] = [];
  if (strategy === 'maintenance' && operation !== 'O1' && !AFTER_THE_SWITCH.has(state)) {
    if (notBeforeAt !== null && nowMs < Date.parse(notBeforeAt)) {
      const message = 'the maintenance window has not begun';
      holds.push({ kind: 'maintenance_window', message, clearsWhen: `the window begins at ${notBeforeAt}`, clearsAt: notBeforeAt });
    } else if (windowEndsAt !== null && nowMs >= Date.parse(windowEndsAt)) {
      const message = `the maintenance window ended at ${windowEndsAt}`;
      holds.push({ kind: 'maintenance_window', message, clearsWhen: 'the server sets the next window' });
    }
  }
  if (state === 'written' && job.writtenAt !== null && options.rebootDelaySeconds > 0) {
    const untilMs = Date.parse(job.writtenAt) + options.rebootDelaySeconds * 1000;
    if (nowMs < untilMs) {
      const clearsAt = new Date(untilMs).toISOString();
      const message = `the reboot waits ${options.rebootDelaySeconds} s after the write`;
      holds.push({ kind: 'reboot_delay', message, clearsWhen: `the delay ends at ${clearsAt}`, clearsAt });
    }
  }
  return holds;
}

/** No fresh value, motion sources that disagree, or no word from the server since the agent has started. */
function isUnseen({ constraint, stale }: Verdict, signals: SignalSet): boolean {
  if (stale) return true;
  if (constraint === 'crane_motion') return signals.crane_motion?.value.sourcesDisagree ?? false;
  return constraint === 'network_connectivity' && signals.network_connectivity?.value.sessionAgeMs === null;
}

function holdOf(verdict: Verdict, cover: Cover | null, signals: SignalSet): Hold {
  const { constraint } = verdict;
  return {
    kind: constraint === 'network_connectivity' ? 'network' : constraint === 'disk_space' ? 'disk' : 'interlock',
    constraint,
    hard: verdict.level === 'hard',
    limit: verdict.limit,
    message:
      cover?.grantId === null && cover.refusal ? `${verdict.reason} (${cover.refusal.code}: ${cover.refusal.message})` : verdict.reason,
    clearsWhen: verdict.clearsWhen,
    ...(verdict.value === null ? {} : { value: verdict.value }),
    ...(verdict.source === null ? {} : { source: verdict.source }),
    ...(verdict.ageMs === null ? {} : { ageMs: verdict.ageMs }),
    ...(isUnseen(verdict, signals) ? { unseen: true } : {}),
  };
}

/** Fresh evidence that the crane works: then not even a way back may restart the gateway. Missing signals are none. */
export async function isKnownToWork(deps: { clock: Clock; signals: SignalReader }, policy: SafetyPolicy): Promise<boolean> {
  const signals = await deps.signals.read().catch((): SignalSet => ({}));
  const { verdicts } = evaluateSafety(signals, policy, 'O3', { nowMs: deps.clock.nowMs(), imageBytes: 0 });
  return verdicts.some(({ constraint, level, stale }) => {
    return (constraint === 'crane_motion' || constraint === 'acs_collision') && level === 'hard' && !stale;
  });
}

/** Two lists hold for the same reasons; values and ages may differ. */
export function sameHolds(a: readonly Hold[], b: readonly Hold[]): boolean {
  const key = (hold: Hold) => `${hold.kind}/${hold.constraint ?? ''}/${hold.hard ?? ''}/${hold.unseen ?? ''}/${hold.clearsAt ?? ''}`;
  return a.map(key).join() === b.map(key).join();
}
