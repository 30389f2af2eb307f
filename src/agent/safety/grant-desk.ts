/**
 * The grants of this gateway: taken in, revoked, ended, and used once. Every change is one durable journal write that holds
 * the report of it as well; what is used is on disk before the act begins.
 */
import { FINAL_STATES } from '#/domain/jobs/job-machine';
import type { EvaluationContext, Verdict } from '#/domain/safety/evaluate';
import type { SafetyPolicy } from '#/domain/safety/policy';
import type { SignalSet } from '#/domain/safety/signals';
import type { GrantReport } from '#/protocol/mqtt/grants';
import type { PinnedKey } from '../commands/open-signed';
import type { Journal } from '../journal/journal';
import type { JournalJob, JournalState } from '../journal/journal-schema';
import type { Clock, CommandResult, Reporter } from '../ports';
import { endGrant, isRevocable, lookAtGrants, reportOf, voidOfOtherBoots } from './grant-ends';
import { type Act, type LiveGrant, putRecord } from './grant-record';
import { coversValue, lifeMs, mayEnd, type Now, refuseOffer, type Refusal, refuseUse } from './judge-grant';
import type { Nonces } from './nonces';
import { verifyGrant } from './verify-grant';

export type GrantDeskDeps = {
  gatewayId: string;
  bootId: string;
  clock: Clock;
  journal: Journal;
  reporter: Pick<Reporter, 'durable'>;
  nonces: Nonces;
  /** Pinned now; keys.pin replaces them. */
  keys(): readonly PinnedKey[];
  policy(): SafetyPolicy;
  /** How long nothing has been heard of the server; null: never in this life of the agent. */
  silentForMs(): number | null;
};

/** What a gate is about: the act, its job, and what was sampled for it. */
export type GrantQuestion = { act: Act; job: JournalJob; signals: SignalSet; policy: SafetyPolicy; context: EvaluationContext };
export type Cover = { grantId: string } | { grantId: null; refusal: Refusal | null };

export type GrantDesk = {
  offer(jws: string): Promise<CommandResult>;
  revoke(grantId: string, reason: string): Promise<CommandResult>;
  /** The grant that lets a soft limit be passed now; otherwise why the nearest one does not. */
  cover(verdict: Verdict, question: GrantQuestion): Cover;
  /** Whether the act was begun under a grant whose bound still holds the value seen now: what ends the act needs no other. */
  beganUnder(verdict: Verdict, question: GrantQuestion): boolean;
  /** Marks them used, durably. False: one of them may not be used any more, and nothing has happened. */
  use(grantIds: readonly string[], question: GrantQuestion, observed: GrantReport['observed']): Promise<boolean>;
  /** Ends, suspends and resumes what time, link, job and values have ended; called with every sample. */
  look(signals: SignalSet): Promise<void>;
  /** Brings reports that may not have reached the outbox there. */
  say(): Promise<void>;
  /** Once per start: grants of another boot are void. */
  settle(): Promise<void>;
};

class GrantGone extends Error {}

export function createGrantDesk(deps: GrantDeskDeps): GrantDesk {
  const { clock, journal, reporter, nonces } = deps;
  /** Grants whose act has begun in this life of the agent: it may begin again under them, but no other act may. */
  const begun = new Set<string>();
  /** Grants whose bound has held the value since they came: leaving it ends them. */
  const covered = new Set<string>();
  let saying: Promise<void> = Promise.resolve();

  const now = (): Now => ({
    gatewayId: deps.gatewayId,
    bootId: deps.bootId,
    nowMs: clock.nowMs(),
    monotonicMs: clock.monotonicMs(),
    silentForMs: deps.silentForMs(),
  });
  const find = (state: JournalState, id: string) => state.grants.records.find((one) => one.id === id) ?? null;
  const live = (state: JournalState) => state.grants.records.filter((one): one is LiveGrant => one.claims !== null);

  function say(): Promise<void> {
    const run = saying.then(async () => {
      for (let report = journal.read().grants.reports[0]; report !== undefined; report = journal.read().grants.reports[0]) {
        await reporter.durable(report);
        await journal.update((draft) => void draft.grants.reports.shift());
      }
    });
    saying = run.catch(() => {});
    return run;
  }

  async function refused(grantId: string | null, { code, message }: Refusal): Promise<CommandResult> {
    if (grantId !== null) {
      await journal.update((draft) => {
        draft.grants.reports.push(reportOf(grantId, 'refused', code, message, draft.job?.order.jobId ?? null));
      });
      await say();
    }
    return { code: 'GRANT_REFUSED', message, details: { code } };
  }

  return {
    say,

    async offer(jws) {
      const verified = await verifyGrant(jws, deps.keys());
      if (!verified.ok) return refused(verified.grantId, verified);
      const { claims } = verified;
      const state = journal.read();
      const known = find(state, claims.jti);
      if (known?.state === 'accepted' && known.claims?.nonce === claims.nonce) return { code: 'OK', message: 'the grant is known already' };
      const refusal = refuseOffer(claims, known, openJob(state), deps.policy(), nonces.accepts, now());
      // A late copy of an earlier offer says nothing of the grant that is in force: it is answered, not reported.
      if (refusal) return refused(known?.state === 'accepted' ? null : claims.jti, refusal);
      const { nowMs, monotonicMs } = now();
      await journal.update((draft) => {
        // A revocation may have come while the signature was checked.
        const late = find(draft, claims.jti);
        if (late !== null && late.state !== 'accepted') throw new GrantGone('the grant has ended');
        const endsMonotonicMs = monotonicMs + lifeMs(claims, nowMs);
        putRecord(draft.grants, { id: claims.jti, state: 'accepted', endCode: null, suspended: false, claims, endsMonotonicMs, use: null });
        draft.grants.reports.push(reportOf(claims.jti, 'accepted', 'OK', `accepted for ${claims.op} until it expires`, claims.job_id));
      });
      covered.delete(claims.jti);
      await say();
      return { code: 'OK', message: `grant ${claims.jti} is in force` };
    },

    async revoke(grantId, reason) {
      const before = find(journal.read(), grantId);
      if (before !== null && !isRevocable(before)) return { code: 'OK', message: 'the grant has ended already' };
      await journal.update((draft) => {
        const record = find(draft, grantId);
        if (record) endGrant(draft.grants, record, 'revoked', 'GRANT_REVOKED', `revoked: ${reason}`);
        // Refused for the rest of its life, should it still come.
        else {
          putRecord(draft.grants, {
            id: grantId,
            state: 'ended',
            endCode: 'GRANT_REVOKED',
            suspended: false,
            claims: null,
            endsMonotonicMs: 0,
            use: null,
          });
        }
      });
      await say();
      return { code: 'OK', message: before?.state === 'used' ? 'revoked after its use' : 'revoked' };
    },

    cover(verdict, { act, job, signals, policy, context }) {
      let refusal: Refusal | null = null;
      const about = live(journal.read()).filter((one) => one.claims.constraint === verdict.constraint);
      // What was used for this act already comes before what was not.
      for (const grant of about.sort((a, b) => Number(b.state === 'used') - Number(a.state === 'used'))) {
        const why = refuseUse(grant, act, job, policy, context.imageBytes, begun.has(grant.id), now());
        if (why === null && coversValue(grant.claims, verdict, signals, policy, context)) return { grantId: grant.id };
        if (grant.endCode === null && (refusal === null || grant.state === 'accepted'))
          refusal = why ?? { code: 'GRANT_BOUND_EXCEEDED', message: 'the bound of the grant does not reach so far' };
      }
      return { grantId: null, refusal };
    },

    beganUnder(verdict, { act, signals, policy, context }) {
      return live(journal.read()).some(
        (grant) => mayEnd(grant, act, policy, context.imageBytes) && coversValue(grant.claims, verdict, signals, policy, context),
      );
    },

    async use(grantIds, { act, job, policy, context }, observed) {
      const isGone = (state: JournalState, id: string) => {
        const grant = live(state).find((one) => one.id === id);
        return grant === undefined || refuseUse(grant, act, job, policy, context.imageBytes, begun.has(id), now()) !== null;
      };
      const isOpen = (id: string) => find(journal.read(), id)?.state === 'accepted';
      // What was used for this act already is looked at as well: it may have been revoked since the gate.
      if (grantIds.some((id) => isGone(journal.read(), id))) return false;
      const open = grantIds.filter(isOpen);
      if (open.length === 0) return true;
      try {
        await journal.update((draft) => {
          const gone = grantIds.find((id) => isGone(draft, id));
          if (gone !== undefined) throw new GrantGone(gone);
          for (const record of draft.grants.records.filter(({ id }) => open.includes(id))) {
            record.state = 'used';
            record.use = act;
            const message = `used for ${act.operation} of ${act.jobId}, attempt ${act.attempt}`;
            draft.grants.reports.push({ ...reportOf(record.id, 'used', 'OK', message, act.jobId), observed });
          }
        });
      } catch (error) {
        if (error instanceof GrantGone) return false;
        throw error;
      }
      for (const id of open) begun.add(id);
      nonces.renew();
      return true;
    },

    async look(signals) {
      const change = lookAtGrants(journal.read(), signals, deps.policy(), covered, now());
      if (change === null) return;
      await journal.update(change);
      await say();
    },

    async settle() {
      const change = voidOfOtherBoots(journal.read(), deps.bootId);
      if (change !== null) await journal.update(change);
      await say();
    },
  };
}

/** The job that a grant can be about; one that is over is none. */
function openJob({ job }: JournalState): JournalJob | null {
  return job !== null && !FINAL_STATES.has(job.position.state) ? job : null;
}
