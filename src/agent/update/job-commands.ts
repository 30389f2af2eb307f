/** What the server may ask of the job. Every command may come twice; the second time changes nothing. */
import { isDeepStrictEqual } from 'node:util';
import { FINAL_STATES, PAST_NO_RETURN } from '#/domain/jobs/job-machine';
import type { JobOperation } from '#/domain/jobs/operations';
import type { CommandBody } from '#/protocol/mqtt/commands';
import { endGrants } from '../safety/grant-ends';
import { operationOfJob } from '../journal/job-operation';
import type { JournalJob } from '../journal/journal-schema';
import type { CommandResult } from '../ports';
import type { EngineDeps } from './engine-deps';
import { deleteSnapshots } from '../recovery/recovery-commands';
import { judgeRecovery, orderOf } from '../recovery/recovery-order';
import { tidyFolders } from '../recovery/settle-folders';
import { sayPins } from '../trust/raise-floor';
import { removeStagedOf } from './image-file';
import { applyMove, moveJob, sayPendingReport } from './move-job';
import { EMPTY_SLOT } from './slot-reports';
import { takeDecision } from './undecided';

type Body<N extends CommandBody['name']> = Extract<CommandBody, { name: N }>;
/** Runs `act` while no step of the job runs; the step that ran is stopped at a safe point first. */
export type WhileStopped = <T>(act: () => Promise<T>) => Promise<T>;

const ok = (message: string, details?: Record<string, unknown>): CommandResult => ({
  code: 'OK',
  message,
  ...(details ? { details } : {}),
});
const refuse = (code: CommandResult['code'], message: string): CommandResult => ({ code, message });

export async function carryOut(deps: EngineDeps, whileStopped: WhileStopped, body: CommandBody): Promise<CommandResult> {
  switch (body.name) {
    case 'settings.apply':
      return applySettings(deps, body);
    case 'job.deploy':
      return deploy(deps, whileStopped, body);
    case 'job.install':
      return install(deps, body);
    case 'job.pause':
      return pause(deps, whileStopped, body);
    case 'job.resume':
      return resume(deps, whileStopped, body);
    case 'job.cancel':
      return cancel(deps, whileStopped, body);
    case 'job.decide':
      return whileStopped(() => takeDecision(deps, findJob(deps.journal.read().job, body), body));
    case 'grant.offer':
      return deps.grants.offer(body.grant);
    case 'grant.revoke':
      return deps.grants.revoke(body.grantId, body.reason);
    case 'keys.pin':
      return pinKeys(deps, body);
    case 'trust.rotate':
      return rotateTrust(deps, body);
    case 'policy.apply':
      return applyPolicy(deps, body);
    case 'recovery.start':
      return startRecovery(deps, whileStopped, body);
    case 'snapshot.delete':
      return deleteSnapshots(deps, body);
    case 'bundle.collect':
      return deps.recovery.bundles.begin(body);
  }
}

async function applySettings({ journal }: EngineDeps, body: Body<'settings.apply'>): Promise<CommandResult> {
  const current = journal.read().settings?.version ?? 0;
  if (body.version <= current) return ok(`settings ${current} are in force already`);
  await journal.update((draft) => {
    draft.settings = { version: body.version, body: body.settings };
  });
  return ok(`settings ${body.version} are in force`);
}

/** Grants of a key that is not pinned any more end with it. */
async function pinKeys(deps: EngineDeps, { grantKeys }: Body<'keys.pin'>): Promise<CommandResult> {
  await deps.pinGrantKeys(grantKeys);
  const kept = new Set(grantKeys.map((key) => key.kid));
  await deps.journal.update((draft) => endGrants(draft, ({ claims }) => !kept.has(claims.kid), 'its key is not pinned any more'));
  await deps.grants.say();
  return ok(`${grantKeys.length} grant keys are pinned`);
}

async function rotateTrust(deps: EngineDeps, { document }: Body<'trust.rotate'>): Promise<CommandResult> {
  const refused = deps.pins ? await deps.pins.rotate(document, deps.clock.nowMs()) : 'this agent pins no release keys';
  if (refused !== null) return refuse('TRUST_REFUSED', refused);
  await sayPins(deps);
  return ok('the key set is pinned', deps.pins?.report());
}

/** Approvals were given under the policy before: what is still to be used of them ends. */
async function applyPolicy(deps: EngineDeps, body: Body<'policy.apply'>): Promise<CommandResult> {
  const current = deps.journal.read().policy;
  // The same version again brings what an agent of before may have left out of it.
  if (current !== null && (body.version < current.version || isDeepStrictEqual(current, { version: body.version, body: body.policy }))) {
    return ok(`policy ${current.version} is in force already`);
  }
  await deps.journal.update((draft) => {
    draft.policy = { version: body.version, body: body.policy };
    endGrants(draft, () => true, 'the safety policy of the site has changed');
  });
  await deps.grants.say();
  return ok(`policy ${body.version} is in force; hard limits of the gateway's own that are stricter stay`);
}

async function deploy(deps: EngineDeps, whileStopped: WhileStopped, body: Body<'job.deploy'>): Promise<CommandResult> {
  const { journal, slots } = deps;
  const current = journal.read().job;
  const known = knownJob(current, body);
  if (known) return known;
  if (body.targetSlot === slots.activeSlot) return refuse('TARGET_IS_ACTIVE_SLOT', `slot ${body.targetSlot} is the running one`);
  const capacity = await slots.capacityBytes(body.targetSlot);
  if (body.sizeBytes > capacity)
    return refuse('SLOT_TOO_SMALL', `slot ${body.targetSlot} takes ${capacity} bytes, the image has ${body.sizeBytes}`);
  const busy = busyWith(current);
  if (busy) return busy;
  return whileStopped(() => takeJob(deps, body, `accepted ${body.version} for slot ${body.targetSlot}`));
}

async function startRecovery(deps: EngineDeps, whileStopped: WhileStopped, body: Body<'recovery.start'>): Promise<CommandResult> {
  const current = deps.journal.read().job;
  const early = knownJob(current, body) ?? busyWith(current);
  if (early) return early;
  const target = await judgeRecovery(deps, body);
  if ('code' in target) return target;
  const name = body.recovery.operation.replaceAll('_', ' ');
  return whileStopped(() => takeJob(deps, orderOf(body, target), `accepted ${name}`, body.recovery));
}

/** The answer to a job that is there already, or null. */
function knownJob(current: JournalJob | null, { jobId, attempt }: { jobId: string; attempt: number }): CommandResult | null {
  if (!current || current.order.jobId !== jobId || current.order.attempt < attempt) return null;
  if (current.order.attempt === attempt) return ok('the job is known already');
  return refuse('JOB_STATE_CONFLICT', `attempt ${current.order.attempt} has followed already`);
}

function busyWith(current: JournalJob | null): CommandResult | null {
  if (!current || isOver(current) || isResting(current)) return null;
  return refuse('JOB_BUSY', `job ${current.order.jobId} is ${current.position.state}`);
}

/** The job takes the place of the one before; a download that rests gives way. */
async function takeJob(
  deps: EngineDeps,
  order: JournalJob['order'],
  message: string,
  recovery?: JournalJob['recovery'],
): Promise<CommandResult> {
  const before = deps.journal.read().job;
  if (before && isResting(before)) {
    await moveJob(deps, 'cancel', { message: `superseded by ${order.jobId}`, details: { reason: 'superseded' } });
  }
  await sayPendingReport(deps);
  // What the last job kept to go back to must not be taken for this one's.
  await tidyFolders(deps);
  await deps.journal.update((draft) => {
    draft.job = {
      order,
      ...(recovery === undefined ? {} : { recovery }),
      position: { state: 'offered', heldState: null },
      oldSlot: deps.slots.activeSlot,
      reportSeq: 0,
      pendingReport: null,
      writtenAt: null,
      rollback: null,
    };
    applyMove(draft, 'accept', { message });
  });
  await sayPendingReport(deps);
  return ok('accepted');
}

async function install({ journal }: EngineDeps, body: Body<'job.install'>): Promise<CommandResult> {
  const job = findJob(journal.read().job, body);
  if (!job) return refuse('JOB_UNKNOWN', `there is no job ${body.jobId}`);
  if (isOver(job)) return refuse('JOB_STATE_CONFLICT', `the job is ${job.position.state}`);
  if (PAST_NO_RETURN.has(job.position.state)) return ok('the job is past the switch already');
  const { strategy, options, notBeforeAt, windowEndsAt, snapshot } = body;
  await journal.update((draft) => {
    if (draft.job) draft.job.order = { ...draft.job.order, intent: 'install', strategy, options, notBeforeAt, windowEndsAt, snapshot };
  });
  return ok(`installing with strategy ${strategy}`);
}

async function pause(deps: EngineDeps, whileStopped: WhileStopped, body: Body<'job.pause'>): Promise<CommandResult> {
  const refused = refusal(deps, body);
  if (refused) return refused;
  return whileStopped(async () => {
    // The step that was stopped may have come further than when it was asked.
    const late = refusal(deps, body);
    if (late) return late;
    if (deps.journal.read().job?.position.state === 'paused') return ok('the job is paused already');
    await moveJob(deps, 'pause', { message: `paused: ${body.reason}` });
    return ok('paused');
  });
}

async function resume(deps: EngineDeps, whileStopped: WhileStopped, body: Body<'job.resume'>): Promise<CommandResult> {
  return whileStopped(async () => {
    const job = findJob(deps.journal.read().job, body);
    if (!job) return refuse('JOB_UNKNOWN', `there is no job ${body.jobId}`);
    if (isOver(job)) return refuse('JOB_STATE_CONFLICT', `the job is ${job.position.state}`);
    if (job.position.state !== 'paused') return ok('the job is not paused');
    await moveJob(deps, 'resume', { message: `resumed: ${body.reason}` });
    return ok('resumed');
  });
}

async function cancel(deps: EngineDeps, whileStopped: WhileStopped, body: Body<'job.cancel'>): Promise<CommandResult> {
  const known = findJob(deps.journal.read().job, body);
  if (known?.position.state === 'cancelled') return ok('the job is cancelled already');
  const refused = refusal(deps, body);
  if (refused) return refused;
  return whileStopped(async () => {
    const late = refusal(deps, body);
    const job = deps.journal.read().job;
    if (late || !job) return late ?? refuse('JOB_UNKNOWN', `there is no job ${body.jobId}`);
    // Bytes first: the report of the cancellation says what was done, not what is intended.
    const partialDataRemoved = body.cleanup && (await removeStagedOf(deps, job.order));
    const details = { cleanupPerformed: body.cleanup, partialDataRemoved };
    await moveJob(deps, 'cancel', {
      message: `cancelled: ${body.reason}`,
      details,
      edit: (draft) => {
        const slot = draft.slots[job.order.targetSlot];
        if (slot?.status === 'writing') draft.slots[job.order.targetSlot] = { ...EMPTY_SLOT, bootCount: slot.bootCount };
      },
    });
    return ok('cancelled', details);
  });
}

const NO_RETURN: Partial<Record<JobOperation, string>> = {
  factory_reset: 'the reset has begun and is finished',
  restore_files: 'the next start is with the restored files; the gateway proves them or goes back',
};

function refusal(deps: EngineDeps, body: { jobId: string; attempt: number }): CommandResult | null {
  const job = findJob(deps.journal.read().job, body);
  if (!job) return refuse('JOB_UNKNOWN', `there is no job ${body.jobId}`);
  if (PAST_NO_RETURN.has(job.position.state)) {
    return refuse('JOB_PAST_NO_RETURN', NO_RETURN[operationOfJob(job)] ?? 'the bootloader is switched; the gateway boots or falls back');
  }
  return isOver(job) ? refuse('JOB_STATE_CONFLICT', `the job is ${job.position.state}`) : null;
}

function findJob(job: JournalJob | null, body: { jobId: string; attempt: number }): JournalJob | null {
  return job && job.order.jobId === body.jobId && job.order.attempt === body.attempt ? job : null;
}

const isOver = (job: JournalJob): boolean => FINAL_STATES.has(job.position.state);
/** Downloaded and not to be installed yet: gives way to a new download. */
const isResting = (job: JournalJob): boolean => job.position.state === 'downloaded' && job.order.intent === 'download';
