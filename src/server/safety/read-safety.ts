/** The interlocks of one gateway as its page shows them: raw signals with the policy, and "why not now". */
import type { Hold } from '#/domain/jobs/hold';
import type { JobState } from '#/domain/jobs/job-machine';
import { nextOperation } from '#/domain/jobs/next-operation';
import { operationOf } from '#/domain/jobs/operations';
import { waitsToBeKept } from '#/domain/jobs/undecided';
import type { SafetyPolicy } from '#/domain/safety/policy';
import type { SignalFigures } from '#/domain/safety/signal-figures';
import type { SignalSet } from '#/domain/safety/signals';
import type { Actor } from '../access/actor';
import { type Db, getDb } from '../db/client';
import { findGateway } from '../gateways/find-gateway';
import { readSettings } from '../settings/read-settings';
import { serverPolicy, signalSetOf } from './evaluate-gateway';
import { type Relaxation, readRelaxations } from './read-relaxations';
import { readSitePolicy } from './site-policy';
import { type HoldQuestion, holdsOfGateway } from './holds-of';

export type SafetyView = {
  evaluatedAt: Date;
  connected: boolean;
  /** The browser judges them again every second by the same code, so that ages tick and a value turns stale by itself. */
  signals: SignalSet;
  policy: SafetyPolicy;
  /** Figures of the last ten minutes, oldest first, for lines beside the bars. */
  history: ({ at: Date } & SignalFigures)[];
  /** Strategy of the gateway's settings; the holds are those of an update by it that writes and reboots now, or of the commit. */
  strategy: string;
  holds: Hold[];
  /** A new version runs, is healthy and waits to be kept: the holds are those of the gate before the commit. */
  keeps: boolean;
  /** Overrides in force here: what they relax, how far and until when. */
  relaxed: Relaxation[];
  /** IANA zone of the site. */
  zone: string;
  /** The site's version, the one that the gateway has said it took, and why it has not taken the newest. */
  limits: { version: number; taken: number; refusal: string | null; retryAt: Date | null };
};

const POLICY_STATE = {
  connected: true,
  policyTakenVersion: true,
  policyRefusal: true,
  policyRetryAt: true,
  site: { select: { timezone: true } },
} as const;

const HISTORY_MS = 600_000;
const FIGURES = { at: true, distanceM: true, batteryPercent: true, rttMs: true, freePercent: true } as const;

/** Signals, policy and holds of a gateway now. */
export async function readSafety(actor: Actor, gatewayId: string): Promise<SafetyView> {
  const { siteId } = await findGateway(actor, { id: gatewayId });
  const db = getDb();
  const site = await readSitePolicy(db, siteId);
  const nowMs = Date.now();
  const { body: settings } = await readSettings(db, gatewayId);
  const strategy = settings.update_strategy;
  const commit = await commitOf(db, gatewayId);
  const [gateway, rows, holds, relaxed, history] = await Promise.all([
    db.gateway.findUniqueOrThrow({ where: { id: gatewayId }, select: POLICY_STATE }),
    db.safetySignal.findMany({ where: { gatewayId } }),
    holdsOfGateway(db, gatewayId, { ...(commit ?? { operation: 'O3', strategy }), imageBytes: 0, nowMs }),
    readRelaxations(gatewayId, new Date(nowMs)),
    db.signalHistory.findMany({
      where: { gatewayId, at: { gt: new Date(nowMs - HISTORY_MS) } },
      orderBy: { at: 'asc' },
      take: 80,
      select: FIGURES,
    }),
  ]);
  return {
    evaluatedAt: new Date(nowMs),
    connected: gateway.connected,
    signals: signalSetOf(rows),
    policy: serverPolicy(settings, site.policy),
    history,
    strategy,
    keeps: commit !== null,
    relaxed,
    zone: gateway.site.timezone,
    limits: { version: site.version, taken: gateway.policyTakenVersion, refusal: gateway.policyRefusal, retryAt: gateway.policyRetryAt },
    holds,
  };
}

/** What the gate before the commit asks about, where a new version waits for nothing else; a commit waits for no window. */
async function commitOf(db: Db, gatewayId: string): Promise<Pick<HoldQuestion, 'operation' | 'strategy' | 'commits'> | null> {
  const job = await db.job.findFirst({
    where: { gatewayId, state: 'booted_unconfirmed', finishedAt: null },
    select: { state: true, heldState: true, waitingFor: true, operation: true },
  });
  if (!job || !waitsToBeKept(job)) return null;
  const position = { state: job.state as JobState, heldState: job.heldState as JobState | null };
  return { operation: nextOperation(position, operationOf(job.operation)), strategy: null, commits: true };
}
