/** POST /safety/override in the words of the contract: the same requests as on the screen. */
import type { z } from 'zod';
import { isAllowed } from '#/domain/access/grants';
import { ROLE_PERMISSIONS, ROLES } from '#/domain/access/roles';
import { DomainError } from '#/domain/errors/domain-error';
import type { JobState } from '#/domain/jobs/job-machine';
import { nextOperation } from '#/domain/jobs/next-operation';
import { operationOf } from '#/domain/jobs/operations';
import { isResting } from '#/domain/jobs/phase-deadlines';
import { LEAST_REASON_LENGTH } from '#/domain/safety/override-request';
import type { OperationClass } from '#/domain/safety/policy';
import { LONGEST_OVERRIDE_S, SHORTEST_OVERRIDE_S } from '#/domain/safety/site-policy';
import { CONSTRAINTS, type Constraint } from '#/domain/safety/signals';
import type { overrideBodySchema, overrideResponseSchema } from '#/protocol/rest/safety';
import type { Actor } from '../access/actor';
import { verifyPin } from '../access/verify-pin';
import { getDb } from '../db/client';
import { revokeOverride } from '../overrides/decide-override';
import { findOverride } from '../overrides/find-override';
import { requestOverride } from '../overrides/request-override';
import { readSitePolicy } from '../safety/site-policy';
import { wireTime } from './wire-text';

type Body = z.output<typeof overrideBodySchema>;
type Answer = z.input<typeof overrideResponseSchema>;

export async function overrideFromProgram(actor: Actor, gatewayId: string, body: Body): Promise<Answer> {
  return body.enable ? enable(actor, gatewayId, body) : disable(actor, gatewayId, body);
}

async function enable(actor: Actor, gatewayId: string, body: Body): Promise<Answer> {
  const { duration } = body;
  const fields = [
    ...(body.acknowledge_risks === true ? [] : [{ path: 'acknowledge_risks', message: 'must be true' }]),
    ...(duration === undefined ? [{ path: 'duration', message: `must be ${SHORTEST_OVERRIDE_S} to ${LONGEST_OVERRIDE_S} seconds` }] : []),
    ...(body.reason.trim().length < LEAST_REASON_LENGTH
      ? [{ path: 'reason', message: `must have at least ${LEAST_REASON_LENGTH} characters` }]
      : []),
  ];
  if (fields.length > 0 || duration === undefined) throw new DomainError('VALIDATION_FAILED', 'The body is not valid.', { fields });
  const standing = await standingOf(actor, gatewayId, body);
  const breakGlass = standing === 'break_glass';
  // A wrong PIN is refused also where none is needed. Where one is needed the use-case looks at it.
  if (standing === 'asks' && body.pin !== undefined && (await hasPin(actor))) await verifyPin(actor, body.pin, 'override.request');
  const { requests } = await requestOverride(actor, {
    gatewayIds: [gatewayId],
    constraints: body.constraints ?? [],
    operation: body.operation ?? (await nextClassOf(gatewayId)),
    durationSeconds: duration,
    reasonCode: body.reason_code ?? 'other',
    reason: body.reason,
    // Programs of the contract name no measures; what they do say is that the risks are known.
    measures: body.measures ?? ['The requester has acknowledged the risks'],
    breakGlass,
    ...(body.pin === undefined ? {} : { pin: body.pin }),
  });
  const request = requests[0];
  if (!request) throw new Error('a request for one gateway has made none');
  const constraints = request.constraints as Constraint[];
  const now = new Date();
  if (request.expiresAt === null) {
    return {
      status: 'pending_approval',
      override_id: request.overrideId,
      requested_by: actor.name,
      approvers: ROLES.filter((role) => ROLE_PERMISSIONS[role].has('override.approve')),
      approvals_needed: request.approversNeeded,
      expires_at: wireTime(request.lapsesAt),
      constraints,
      request_hash: request.requestHash,
    };
  }
  return {
    status: 'override_enabled',
    override_id: request.overrideId,
    warning: breakGlass
      ? 'You authorised this alone: it raised an alarm, and someone else must review it within 24 hours. Hard limits stay in force.'
      : 'Soft limits are relaxed to their bounds only. Hard limits stay in force.',
    duration: Math.round((request.expiresAt.getTime() - now.getTime()) / 1000),
    expires_at: wireTime(request.expiresAt),
    constraints_overridden: constraints,
    acknowledgments: { risk_accepted: true, operator: actor.name, timestamp: wireTime(now) },
    break_glass: breakGlass,
    ...(request.reviewDueAt === null ? {} : { review_due_at: wireTime(request.reviewDueAt) }),
  };
}

async function disable(actor: Actor, gatewayId: string, body: Body): Promise<Answer> {
  const ids = body.override_id === undefined ? await inForceOf(gatewayId) : [await ofGateway(actor, body.override_id, gatewayId)];
  const first = ids[0];
  if (first === undefined) {
    throw new DomainError('CONFLICT', 'No override of this gateway is in force.', { gateway_id: gatewayId });
  }
  for (const overrideId of ids) await revokeOverride(actor, { overrideId, reason: body.reason.slice(0, 500) });
  return {
    status: 'override_disabled',
    override_id: first,
    override_ids: ids,
    message: 'The override has ended; the gateway is told at once.',
    timestamp: wireTime(new Date()),
  };
}

/** What is in force, else what is still open. */
async function inForceOf(gatewayId: string): Promise<string[]> {
  const find = (states: string[]) =>
    getDb().overrideRequest.findMany({
      where: { gatewayId, state: { in: states } },
      orderBy: { requestedAt: 'asc' },
      select: { id: true },
    });
  const live = await find(['approved', 'active']);
  return (live.length > 0 ? live : await find(['requested'])).map((row) => row.id);
}

async function ofGateway(actor: Actor, overrideId: string, gatewayId: string): Promise<string> {
  const row = await findOverride(actor, overrideId);
  if (row.gatewayId !== gatewayId) throw new DomainError('NOT_FOUND', 'This override is of another gateway.', { override_id: row.id });
  return row.id;
}

/**
 * How this caller's own PIN counts: enough where the policy asks for no approver; else, for one who may, by breaking the
 * glass; else not at all. Without constraints the strictest rule of the site decides.
 */
async function standingOf(actor: Actor, gatewayId: string, body: Body): Promise<'alone' | 'break_glass' | 'asks'> {
  const { siteId } = await getDb().gateway.findUniqueOrThrow({ where: { id: gatewayId }, select: { siteId: true } });
  const { policy } = await readSitePolicy(getDb(), siteId);
  const approvers = Math.max(...(body.constraints ?? CONSTRAINTS).map((one) => policy.override[one].approvers));
  if (approvers === 0 && isAllowed(actor.grants, 'override.approve', siteId)) return 'alone';
  return policy.breakGlass && isAllowed(actor.grants, 'override.break_glass', siteId) ? 'break_glass' : 'asks';
}

/** What the gateway's unfinished job does next; without one, a restart: the class that everything blocks. */
async function nextClassOf(gatewayId: string): Promise<OperationClass> {
  const jobs = await getDb().job.findMany({
    where: { gatewayId, finishedAt: null },
    orderBy: { createdAt: 'desc' },
    select: { state: true, heldState: true, intent: true, operation: true },
  });
  const job = jobs.find((one) => !isResting(one)) ?? jobs[0];
  if (!job) return 'O3';
  const position = { state: job.state as JobState, heldState: job.heldState as JobState | null };
  return nextOperation(position, operationOf(job.operation));
}

async function hasPin(actor: Actor): Promise<boolean> {
  const user = await getDb().user.findUnique({ where: { id: actor.id }, select: { pinHash: true } });
  return user?.pinHash !== null && user?.pinHash !== undefined;
}
