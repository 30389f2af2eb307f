/** Whether a grant may be taken in, and whether it may be used for an act now. Pure; every refusal has its code. */
import { boundPastHard, relaxPolicy } from '#/domain/safety/bounds';
import { type EvaluationContext, judgeConstraint, type Verdict } from '#/domain/safety/evaluate';
import { REQUIRED_CONSTRAINTS, type SafetyPolicy } from '#/domain/safety/policy';
import { longestOverrideS } from '#/domain/safety/site-policy';
import type { SignalSet } from '#/domain/safety/signals';
import type { GrantClaims, GrantCode } from '#/protocol/mqtt/grants';
import type { JournalJob } from '../journal/journal-schema';
import { fileOf } from '../update/image-file';
import { type Act, type GrantRecord, type LiveGrant, sameAct } from './grant-record';

export type Refusal = { code: GrantCode; message: string };
const refuse = (code: GrantCode, message: string): Refusal => ({ code, message });

export type Now = {
  gatewayId: string;
  bootId: string;
  nowMs: number;
  monotonicMs: number;
  /** How long nothing has been heard of the server; null: never in this life of the agent. */
  silentForMs: number | null;
};

/** A gateway's clock may be slow by this much when a grant is fresh; its end has no such grace. */
const SKEW_MS = 30_000;
/** Without a word from the server for so long, a grant about movement may have been revoked unheard. */
export const SILENCE_MS = 60_000;
const ABOUT_MOVEMENT: ReadonlySet<string> = new Set(['crane_motion', 'acs_collision']);

/** Why an offer is refused, or null. `known`: what the journal has under the same id. */
export function refuseOffer(
  claims: GrantClaims,
  known: GrantRecord | null,
  job: JournalJob | null,
  policy: SafetyPolicy,
  acceptsNonce: (nonce: string) => boolean,
  now: Now,
): Refusal | null {
  if (claims.aud !== now.gatewayId) return refuse('GRANT_WRONG_GATEWAY', 'the grant is for another gateway');
  if (known?.state === 'used') return refuse('GRANT_REPLAYED', 'the grant was used before');
  if (known?.state === 'ended') return refuse(known.endCode === 'GRANT_EXPIRED' ? 'GRANT_EXPIRED' : 'GRANT_REVOKED', 'the grant has ended');
  const late = refuseTime(claims, now);
  if (late) return late;
  if (claims.boot_id !== now.bootId) return refuse('GRANT_WRONG_BOOT', 'the grant is for another boot of the gateway');
  if (!acceptsNonce(claims.nonce)) return refuse('GRANT_NONCE_STALE', 'the grant does not name one of the last two reports');
  if (!REQUIRED_CONSTRAINTS[claims.op].includes(claims.constraint)) {
    return refuse('GRANT_WRONG_OPERATION', `${claims.op} is not held by ${claims.constraint} here`);
  }
  const wrong = job === null ? null : refuseJob(claims, job);
  if (wrong) return wrong;
  return refuseBound(claims, policy, claims.op === 'O1' && job !== null ? fileOf(job.order).sizeBytes : 0);
}

/** Why a grant cannot be used for the act now, or null. `permitted`: it was used for this very act, which is not over. */
export function refuseUse(
  grant: LiveGrant,
  act: Act,
  job: JournalJob,
  policy: SafetyPolicy,
  imageBytes: number,
  permitted: boolean,
  now: Now,
) {
  const { claims } = grant;
  if (grant.endCode !== null) return refuse(grant.endCode as GrantCode, 'the grant has ended');
  if (grant.state === 'used' && !(permitted && sameAct(grant.use, act))) return refuse('GRANT_USED', 'the grant is used');
  if (claims.boot_id !== now.bootId) return refuse('GRANT_WRONG_BOOT', 'the grant is for another boot of the gateway');
  if (now.monotonicMs >= grant.endsMonotonicMs) return refuse('GRANT_EXPIRED', 'the grant has expired');
  if (isSilent(claims, now)) return refuse('GRANT_LINK_SILENT', 'the server has not been heard for a minute');
  if (claims.op !== act.operation) return refuse('GRANT_WRONG_OPERATION', `the grant is for ${claims.op}, not for ${act.operation}`);
  return refuseTime(claims, now) ?? refuseJob(claims, job) ?? refuseBound(claims, policy, imageBytes);
}

/**
 * Whether what ends the act may rest on the grant that began it: it was used in time, in the boot before perhaps, and nobody
 * has taken it back since. The bound must still be within the hard limit.
 */
export function mayEnd({ state, endCode, use, claims }: LiveGrant, act: Act, policy: SafetyPolicy, imageBytes: number): boolean {
  const lasts = endCode === null || endCode === 'GRANT_WRONG_BOOT';
  return state === 'used' && lasts && sameAct(use, act) && refuseBound(claims, policy, imageBytes) === null;
}

/** Whether the grant relaxes its limit far enough for the value that is there now. A hard limit is never relaxed, nor is age. */
export function coversValue(
  claims: GrantClaims,
  verdict: Verdict,
  signals: SignalSet,
  policy: SafetyPolicy,
  context: EvaluationContext,
): boolean {
  if (verdict.level !== 'soft' || verdict.stale || verdict.constraint !== claims.constraint) return false;
  return judgeConstraint(verdict.constraint, signals, relaxPolicy(policy, claims), claims.op, context).level === 'clear';
}

export function isSilent(claims: GrantClaims, { silentForMs }: Now): boolean {
  return ABOUT_MOVEMENT.has(claims.constraint) && (silentForMs === null || silentForMs > SILENCE_MS);
}

/** How long the grant may live from now on, whatever the wall clock does later. */
export function lifeMs(claims: GrantClaims, nowMs: number): number {
  const left = claims.exp * 1000 - Math.max(nowMs, claims.iat * 1000);
  return Math.min(left, longestOverrideS(claims.constraint) * 1000);
}

function refuseTime({ nbf, exp }: GrantClaims, { nowMs }: Now): Refusal | null {
  if (nowMs >= exp * 1000) return refuse('GRANT_EXPIRED', 'the grant has expired');
  return nowMs < nbf * 1000 - SKEW_MS ? refuse('GRANT_NOT_YET_VALID', 'the grant is not in force yet') : null;
}

export function refuseJob(claims: GrantClaims, job: JournalJob): Refusal | null {
  const { jobId } = job.order;
  const { sha256 } = fileOf(job.order);
  if (claims.job_id !== null && claims.job_id !== jobId)
    return refuse('GRANT_WRONG_JOB', `the grant is for ${claims.job_id}, not for ${jobId}`);
  if (claims.artifact_sha256 !== null && claims.artifact_sha256 !== sha256)
    return refuse('GRANT_WRONG_ARTIFACT', 'the grant is for another image');
  return null;
}

function refuseBound(claims: GrantClaims, policy: SafetyPolicy, imageBytes: number): Refusal | null {
  const past = boundPastHard(claims, policy, imageBytes);
  return past === null ? null : refuse('GRANT_PAST_HARD_LIMIT', `the bound passes the hard limit: ${past}`);
}
