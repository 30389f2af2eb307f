/** Sends a control command (cancel, pause, resume) and waits for the agent's own answer. */
import { DomainError } from '#/domain/errors/domain-error';
import { type JobState, PAST_NO_RETURN } from '#/domain/jobs/job-machine';
import { isUndecided, waitsToBeKept } from '#/domain/jobs/undecided';
import { getDb } from '../db/client';
import { getLiveHub } from '../live/hub';

export const ANSWER_TIMEOUT_MS = 10_000;
/** Behind the hints: losing one costs at most this. */
const POLL_MS = 500;

export type AgentAnswer = { code: string; message: string };

/** The agent's answer, or null when none came in time. */
export async function awaitAnswer(commandId: string, jobId: string, timeoutMs = ANSWER_TIMEOUT_MS): Promise<AgentAnswer | null> {
  const endsAtMs = Date.now() + timeoutMs;
  for (;;) {
    const restMs = endsAtMs - Date.now();
    // Listen before looking, so that an answer in between is not missed.
    const woken = restMs > 0 ? getLiveHub().waitFor((one) => one.kind === 'job' && one.jobId === jobId, Math.min(POLL_MS, restMs)) : null;
    const row = await getDb().outboxCommand.findUnique({
      where: { id: commandId },
      select: { answeredAt: true, resultCode: true, resultText: true },
    });
    if (row?.answeredAt) return { code: row.resultCode ?? 'OK', message: row.resultText ?? '' };
    if (woken === null) return null;
    await woken;
  }
}

/** Throws unless the agent agreed: OTA_004 for silence (the order stays queued), OTA_014 for a refusal. */
export function requireAgreement(answer: AgentAnswer | null, jobId: string, what: string): void {
  if (answer?.code === 'OK') return;
  if (answer === null) {
    throw new DomainError(
      'NETWORK_UNAVAILABLE',
      `The gateway has not confirmed in ${ANSWER_TIMEOUT_MS / 1000} s that the job is ${what}. The order stays queued and is carried out when the gateway is back.`,
      { job_id: jobId, queued: true },
      ['Look at the job again later'],
    );
  }
  const pastReturn = answer.code === 'JOB_PAST_NO_RETURN';
  throw new DomainError(
    'SYSTEM_BUSY',
    pastReturn
      ? 'The bootloader is switched already: the gateway boots the new version or falls back by itself.'
      : `The gateway refused: ${answer.message}.`,
    { job_id: jobId, code: answer.code },
    pastReturn ? ['Wait for the outcome; roll back afterwards if needed'] : ['Look at the job’s state'],
  );
}

/** OTA_013: the seed counts a job that is over with those that do not exist. */
export function jobIsOver(job: { id: string; state: string }): DomainError {
  return new DomainError('JOB_NOT_FOUND', `The job is over already (${job.state}).`, { job_id: job.id, state: job.state }, [
    'Start a new download',
  ]);
}

/** Throws OTA_013 for a job that is over, OTA_014 for one that nobody can stop any more. */
export function requireStoppable(job: { id: string; state: string; waitingFor: string | null; finishedAt: Date | null }): void {
  if (job.finishedAt !== null) throw jobIsOver(job);
  if (isUndecided(job)) {
    const why = 'The new version runs already, is not healthy and waits for a decision.';
    throw new DomainError('SYSTEM_BUSY', why, { job_id: job.id, state: job.state }, ['Decide about it: keep it or roll back']);
  }
  if (waitsToBeKept(job)) {
    const why = 'The new version runs already and was found healthy; it is kept as soon as the interlocks allow it.';
    throw new DomainError('SYSTEM_BUSY', why, { job_id: job.id, state: job.state }, [
      'Wait for the outcome',
      'Roll back instead, on the page of the job',
    ]);
  }
  if (PAST_NO_RETURN.has(job.state as JobState)) requireAgreement({ code: 'JOB_PAST_NO_RETURN', message: '' }, job.id, 'stopped');
}
