/** Whether a request may be made, and what exactly it would be: policy, bounds, job and live values of the moment. */
import { permittedSites } from '#/domain/access/grants';
import { DomainError } from '#/domain/errors/domain-error';
import { operationOf, RECOVERY_CLASS } from '#/domain/jobs/operations';
import { boundPastHard, type ConstraintBound } from '#/domain/safety/bounds';
import { defaultBound } from '#/domain/safety/default-bound';
import { evaluateSafety, type Evaluation } from '#/domain/safety/evaluate';
import type { SafetyPolicy } from '#/domain/safety/policy';
import type { Constraint, SignalSet } from '#/domain/safety/signals';
import { longestOverrideS, type SitePolicy } from '#/domain/safety/site-policy';
import { type Actor, requirePermission } from '../access/actor';
import type { Db, Tx } from '../db/client';
import { type FoundGateway, findGateway } from '../gateways/find-gateway';
import { signalSetOf, withReportingAllowance } from '../safety/evaluate-gateway';
import { gatewayPolicy } from '../safety/site-policy';
import type { requestOverrideSchema } from './request-override';
import type { z } from 'zod';

type Input = z.output<typeof requestOverrideSchema>;
export type PlannedRequest = {
  gateway: FoundGateway;
  job: { id: string; artifactSha256: string | null; operation: string } | null;
  bounds: ConstraintBound[];
  evaluation: Evaluation;
  policyVersion: number;
  policy: SitePolicy;
  approversNeeded: number;
  /** The requester's own PIN puts it in force. */
  alone: boolean;
};

/** Throws what stands in the way, in the order in which a person can act on it. */
export async function planRequest(db: Db | Tx, actor: Actor, gatewayId: string, input: Input): Promise<PlannedRequest> {
  const gateway = await findGateway(actor, { id: gatewayId }, 'override.request', db);
  if (input.breakGlass) requirePermission(actor, 'override.break_glass', gateway.siteId);
  const { policy, version, effective } = await gatewayPolicy(db, gateway);
  if (input.breakGlass && !policy.breakGlass) throw notByPolicy('Breaking the glass is not allowed at this site.');
  const job = await jobOf(db, gateway.id, input.jobId);
  if (input.operation === 'O4') requireDestructive(job);
  const signals = signalSetOf(await db.safetySignal.findMany({ where: { gatewayId } }));
  const context = { nowMs: Date.now(), imageBytes: 0 };
  const evaluation = evaluateSafety(signals, withReportingAllowance(effective), input.operation, context);
  const bounds = boundsOf(input, signals, effective, evaluation, context);
  for (const one of bounds) requireAllowed(one, policy, effective, input.durationSeconds, rolesAt(actor, gateway.siteId));
  const live = await db.overrideGrant.findFirst({
    where: { gatewayId, endedAt: null, constraint: { in: bounds.map((one) => one.constraint) } },
    select: { constraint: true, requestId: true },
  });
  if (live) {
    throw new DomainError(
      'CONFLICT',
      `${live.constraint} of this gateway has an override in force already. It cannot be extended.`,
      { override_id: live.requestId },
      ['Wait until it has ended, then ask again', 'Revoke it first'],
    );
  }
  const needed = Math.max(...bounds.map((one) => policy.override[one.constraint].approvers));
  const approves = permittedSites(actor.grants, 'override.approve');
  const mayApprove = approves === 'all' || approves.includes(gateway.siteId);
  // "Own PIN suffices" is said of those who may approve; anyone else's request needs one of them.
  const approversNeeded = input.breakGlass ? 0 : mayApprove ? needed : Math.max(1, needed);
  return { gateway, job, bounds, evaluation, policyVersion: version, policy, approversNeeded, alone: approversNeeded === 0 };
}

function boundsOf(
  input: Input,
  signals: SignalSet,
  policy: SafetyPolicy,
  evaluation: Evaluation,
  context: { nowMs: number; imageBytes: number },
): ConstraintBound[] {
  const given = new Map(input.bounds.map((one) => [one.constraint, one]));
  const named: Constraint[] = [...given.keys(), ...input.constraints];
  const names = [...new Set(named.length > 0 ? named : blockingSoftly(evaluation))];
  return names.map((constraint) => given.get(constraint) ?? defaultBound(constraint, signals, policy, context));
}

/** Those that block now and that an override could relax. */
function blockingSoftly(evaluation: Evaluation): Constraint[] {
  const soft = evaluation.blocking.filter((verdict) => verdict.level === 'soft').map((verdict) => verdict.constraint);
  if (soft.length > 0) return soft;
  if (evaluation.blocking.length === 0) {
    throw new DomainError('CONFLICT', 'No constraint blocks this gateway now, so there is nothing to override.', {}, [
      'Name the constraints that are to be overridden',
    ]);
  }
  const first = evaluation.blocking[0];
  throw new DomainError(
    'UPDATE_BLOCKED',
    `Only hard limits block this gateway, and nobody can override those: ${first?.reason}.`,
    { constraint: first?.constraint, blocked_by: evaluation.blocking.map((verdict) => verdict.constraint), hard: true },
    [`Wait until ${first?.clearsWhen}`],
  );
}

function requireAllowed(
  one: ConstraintBound,
  policy: SitePolicy,
  effective: SafetyPolicy,
  seconds: number,
  roles: ReadonlySet<string>,
): void {
  const rule = policy.override[one.constraint];
  if (!rule.allowed) throw notByPolicy(`${one.constraint} may not be overridden at this site.`);
  if (!rule.requesters.some((role) => roles.has(role)))
    throw notByPolicy(`Your role may not ask for an override of ${one.constraint} here.`);
  const longest = Math.min(rule.maxDurationSeconds, longestOverrideS(one.constraint));
  if (seconds > longest) throw invalid('durationSeconds', `${one.constraint} may be overridden for at most ${longest} s`);
  const past = boundPastHard(one, effective, 0);
  if (past !== null) throw invalid(`bounds.${one.constraint}`, past);
}

/** An unfinished job of the gateway: the named one, else the one that runs. */
async function jobOf(db: Db | Tx, gatewayId: string, jobId: string | null): Promise<PlannedRequest['job']> {
  const select = { id: true, artifactSha256: true, operation: true } as const;
  if (jobId === null) {
    return db.job.findFirst({ where: { gatewayId, finishedAt: null, NOT: { state: 'downloaded', intent: 'download' } }, select });
  }
  const job = await db.job.findFirst({ where: { id: jobId, gatewayId, finishedAt: null }, select });
  if (job) return job;
  throw new DomainError('JOB_NOT_FOUND', 'This gateway has no such unfinished job.', { job_id: jobId });
}

/** What destroys is overridden for the one job that was ordered, never in advance: whoever came first could use it for another. */
function requireDestructive(job: PlannedRequest['job']): void {
  const operation = operationOf(job?.operation ?? 'update');
  if (operation !== 'update' && RECOVERY_CLASS[operation] === 'O4') return;
  throw invalid('operation', 'O4 is for a restore or a factory reset that has been ordered; there is none');
}

function rolesAt(actor: Actor, siteId: string): ReadonlySet<string> {
  return new Set(actor.grants.filter((grant) => grant.siteId === null || grant.siteId === siteId).map((grant) => grant.role));
}

function notByPolicy(message: string): DomainError {
  return new DomainError('FORBIDDEN', message, { policy: true }, ['Ask the site’s safety engineer']);
}

function invalid(path: string, message: string): DomainError {
  return new DomainError('VALIDATION_FAILED', `This override is not possible: ${message}.`, { fields: [{ path, message }] });
}
