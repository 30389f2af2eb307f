/** How grants end without being used: by time, by silence, with their job, with the policy, or because the value left the bound. */
import { FINAL_STATES } from '#/domain/jobs/job-machine';
import { relaxPolicy } from '#/domain/safety/bounds';
import { judgeConstraint } from '#/domain/safety/evaluate';
import type { SafetyPolicy } from '#/domain/safety/policy';
import type { SignalSet } from '#/domain/safety/signals';
import type { GrantCode, GrantReport, GrantReportState } from '#/protocol/mqtt/grants';
import type { JournalState } from '../journal/journal-schema';
import type { GrantLedger, GrantRecord, LiveGrant } from './grant-record';
import { isSilent, type Now, refuseJob } from './judge-grant';

export function reportOf(grantId: string, state: GrantReportState, code: GrantCode, message: string, jobId: string | null): GrantReport {
  return { type: 'grant', grantId, state, code, message: message.slice(0, 500), observed: [], jobId };
}

/** Whether its end still changes something: what was used in the boot before may be what the end of its act rests on. */
export function isRevocable({ state, endCode }: GrantRecord): boolean {
  return endCode === null || (state === 'used' && endCode === 'GRANT_WRONG_BOOT');
}

/** Ends a grant in a draft of the journal, with its report. One that was used stays used, but its act may not begin again. */
export function endGrant(ledger: GrantLedger, record: GrantRecord, said: 'expired' | 'revoked', code: GrantCode, message: string): void {
  if (record.endCode !== null && !(said === 'revoked' && isRevocable(record))) return;
  record.endCode = code;
  if (record.state === 'accepted') record.state = 'ended';
  ledger.reports.push(reportOf(record.id, said, code, message, record.use?.jobId ?? record.claims?.job_id ?? null));
}

/** Ends every grant that `which` names and that something may still rest on: to begin an act, or to end one that was begun under it. */
export function endGrants(draft: JournalState, which: (grant: LiveGrant) => boolean, message: string): void {
  for (const grant of liveOf(draft)) {
    if (isRevocable(grant) && which(grant)) endGrant(draft.grants, grant, 'revoked', 'GRANT_REVOKED', message);
  }
}

type Change = (draft: JournalState) => void;

/** What the present moment changes, or null. `covered` learns which grants have held their value so far. */
export function lookAtGrants(state: JournalState, signals: SignalSet, policy: SafetyPolicy, covered: Set<string>, now: Now): Change | null {
  const changes: Change[] = [];
  for (const grant of liveOf(state)) {
    // One that is used is watched by the gates of its act.
    if (grant.state !== 'accepted') continue;
    const found = endOf(grant, state, signals, policy, covered, now);
    if (found) changes.push(on(grant.id, (one, ledger) => endGrant(ledger, one, 'expired', found.code, found.message)));
    else if (isSilent(grant.claims, now) !== grant.suspended) changes.push(on(grant.id, turn));
  }
  return changes.length === 0 ? null : (draft) => changes.forEach((change) => void change(draft));
}

function on(id: string, change: (one: GrantRecord, ledger: GrantLedger) => void): Change {
  return ({ grants }) => {
    const record = grants.records.find((one) => one.id === id);
    // It may have been used or revoked meanwhile.
    if (record?.state === 'accepted') change(record, grants);
  };
}

/** Suspends, or lets it go on. */
function turn(record: GrantRecord, ledger: GrantLedger): void {
  record.suspended = !record.suspended;
  const [state, code, message] = record.suspended
    ? (['suspended', 'GRANT_LINK_SILENT', 'the server has not been heard for a minute'] as const)
    : (['accepted', 'OK', 'the server is heard again; the grant is in force as before'] as const);
  ledger.reports.push(reportOf(record.id, state, code, message, record.claims?.job_id ?? null));
}

function endOf(
  grant: LiveGrant,
  { job }: JournalState,
  signals: SignalSet,
  policy: SafetyPolicy,
  covered: Set<string>,
  now: Now,
): { code: GrantCode; message: string } | null {
  const { claims } = grant;
  if (now.monotonicMs >= grant.endsMonotonicMs || now.nowMs >= claims.exp * 1000) return { code: 'GRANT_EXPIRED', message: 'expired' };
  if (claims.job_id !== null && job !== null) {
    if (refuseJob(claims, job) !== null) return { code: 'GRANT_WRONG_JOB', message: `another job than ${claims.job_id} has begun` };
    if (FINAL_STATES.has(job.position.state)) return { code: 'GRANT_WRONG_JOB', message: `job ${claims.job_id} is over` };
  }
  if (!(claims.constraint in signals)) return null;
  const context = { nowMs: now.nowMs, imageBytes: 0 };
  const verdict = judgeConstraint(claims.constraint, signals, relaxPolicy(policy, claims), claims.op, context);
  if (verdict.stale) return null;
  if (verdict.level === 'clear') covered.add(grant.id);
  else if (covered.has(grant.id)) return { code: 'GRANT_BOUND_EXCEEDED', message: `the value left the bound: ${verdict.reason}` };
  return null;
}

/** Grants of another boot are void; the server may offer them anew for this one. */
export function voidOfOtherBoots(state: JournalState, bootId: string): Change | null {
  const isVoid = (record: GrantRecord) => record.claims !== null && record.claims.boot_id !== bootId && record.endCode === null;
  if (!state.grants.records.some(isVoid)) return null;
  return ({ grants }) => {
    for (const record of grants.records.filter(isVoid)) {
      if (record.state === 'accepted') {
        grants.records = grants.records.filter((one) => one.id !== record.id);
        const message = 'the gateway has restarted since: the grant was for the boot before';
        grants.reports.push(reportOf(record.id, 'refused', 'GRANT_WRONG_BOOT', message, record.claims?.job_id ?? null));
      } else record.endCode = 'GRANT_WRONG_BOOT';
    }
  };
}

function liveOf(state: JournalState): LiveGrant[] {
  return state.grants.records.filter((one): one is LiveGrant => one.claims !== null);
}
