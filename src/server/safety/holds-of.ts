/** "Why not now": the ordered list of what holds a gateway or a job, most lasting first. */
import { type Hold, holdSchema } from '#/domain/jobs/hold';
import type { JobState } from '#/domain/jobs/job-machine';
import { nextOperation } from '#/domain/jobs/next-operation';
import { operationOf } from '#/domain/jobs/operations';
import { needsDecision, waitsToBeKept } from '#/domain/jobs/undecided';
import { openWindow, nextWindow } from '#/domain/maintenance/window';
import type { Verdict } from '#/domain/safety/evaluate';
import type { OperationClass } from '#/domain/safety/policy';
import type { GatewaySettingsBody } from '#/domain/settings/gateway-settings';
import type { Db, Tx } from '../db/client';
import { holdsBetweenGateways } from './running-operations';
import { evaluateGateway } from './evaluate-gateway';

const OFFLINE: Hold = { kind: 'gateway_offline', message: 'the gateway is offline', clearsWhen: 'the gateway connects again' };

export type HoldQuestion = {
  operation: OperationClass;
  strategy: string | null;
  imageBytes: number;
  nowMs: number;
  /** It is about the commit of a version that runs: nothing begins, and what goes on elsewhere does not hold it. */
  commits?: boolean;
};

/** A blocking verdict as a hold. */
export function holdOfVerdict(verdict: Verdict): Hold {
  const { constraint } = verdict;
  return {
    kind: constraint === 'network_connectivity' ? 'network' : constraint === 'disk_space' ? 'disk' : 'interlock',
    constraint,
    hard: verdict.level === 'hard',
    limit: verdict.limit,
    message: verdict.reason,
    clearsWhen: verdict.clearsWhen,
    ...(verdict.value === null ? {} : { value: verdict.value }),
    ...(verdict.source === null ? {} : { source: verdict.source }),
    ...(verdict.ageMs === null ? {} : { ageMs: verdict.ageMs }),
  };
}

/** The hold of a window that is not open; null when it is, or when the settings have none. */
export function windowHold(settings: GatewaySettingsBody, nowMs: number): Hold | null {
  const window = settings.maintenance_window;
  if (openWindow(window, nowMs) !== null) return null;
  const next = nextWindow(window, nowMs);
  if (next === null) return null;
  const clearsAt = new Date(next.startMs).toISOString();
  return {
    kind: 'maintenance_window',
    message: 'the maintenance window is not open',
    clearsWhen: `the window begins at ${clearsAt}`,
    clearsAt,
  };
}

/** What would hold an operation on a gateway now. */
export async function holdsOfGateway(db: Db | Tx, gatewayId: string, question: HoldQuestion): Promise<Hold[]> {
  const gateway = await db.gateway.findUniqueOrThrow({
    where: { id: gatewayId },
    select: { id: true, siteId: true, craneId: true, connected: true, lastSeenAt: true },
  });
  const evaluation = await evaluateGateway(db, gatewayId, question.operation, question);
  const window = question.strategy === 'maintenance' ? windowHold(evaluation.settings, question.nowMs) : null;
  const holds: Hold[] = [];
  if (!gateway.connected) {
    holds.push({
      ...OFFLINE,
      ...(gateway.lastSeenAt === null ? {} : { ageMs: Math.max(0, question.nowMs - gateway.lastSeenAt.getTime()) }),
    });
  }
  if (window) holds.push(window);
  // While the gateway is away its signals are old by nature: one honest reason instead of six that follow from it.
  if (!gateway.connected) return holds;
  if (question.operation !== 'O1' && !question.commits) holds.push(...(await holdsBetweenGateways(db, gateway)));
  return [...holds, ...evaluation.blocking.map(holdOfVerdict)];
}

type HeldJob = {
  id: string;
  heldCommand: string | null;
  gatewayId: string;
  state: string;
  heldState: string | null;
  strategy: string | null;
  operation: string;
  holds: unknown;
  waitingFor: string | null;
  bytesTotal: bigint;
  finishedAt: Date | null;
};

/** What holds a job: what the agent said last when it waits, else what the server sees. Empty for what runs or is over. */
export async function holdsOfJob(db: Db | Tx, job: HeldJob, nowMs: number): Promise<Hold[]> {
  if (job.finishedAt !== null && !needsDecision(job)) return [];
  const said = holdSchema.array().safeParse(job.holds);
  const gateway = await db.gateway.findUniqueOrThrow({ where: { id: job.gatewayId }, select: { connected: true } });
  const approval = await approvalHold(db, job.id);
  // It waits here, and its gateway does not know of it yet.
  if (job.heldCommand !== null && said.success) return [...said.data, ...approval];
  if (gateway.connected && job.state === 'waiting' && said.success && said.data.length > 0) return [...said.data, ...approval];
  if ((needsDecision(job) || waitsToBeKept(job)) && said.success)
    return [...said.data, ...approval, ...(gateway.connected ? [] : [OFFLINE])];
  if (gateway.connected && !['offered', 'waiting', 'written', 'boot_pending'].includes(job.state)) return [];
  const position = { state: job.state as JobState, heldState: job.heldState as JobState | null };
  const operation = nextOperation(position, operationOf(job.operation));
  // Before the write the image still needs room; after it, it does not.
  const imageBytes = operation === 'O1' ? Number(job.bytesTotal) : 0;
  const strategy = operation === 'O1' ? null : job.strategy;
  const holds = await holdsOfGateway(db, job.gatewayId, { operation, strategy, imageBytes, nowMs });
  return gateway.connected ? [...holds, ...approval] : holds;
}

/** An override that someone asked for this job, and that nobody has answered yet. */
async function approvalHold(db: Db | Tx, jobId: string): Promise<Hold[]> {
  const open = await db.overrideRequest.findFirst({
    where: { jobId, state: 'requested' },
    orderBy: { lapsesAt: 'asc' },
    select: { id: true, requester: true, constraints: true, lapsesAt: true },
  });
  if (!open) return [];
  const what = open.constraints.join(', ');
  return [
    {
      kind: 'approval',
      overrideId: open.id,
      message: `override ${open.id} of ${what}, asked for by ${open.requester}, waits for its approval`.slice(0, 400),
      clearsWhen: `a supervisor approves it before ${open.lapsesAt.toISOString()}`,
    },
  ];
}
