/** The interlocks of a gateway for an operation that restarts it (contract: GET /safety/status). */
import { safetyScore } from '#/domain/safety/constraint-status';
import type { Verdict } from '#/domain/safety/evaluate';
import type { Constraint } from '#/domain/safety/signals';
import type { Actor } from '../access/actor';
import { getDb } from '../db/client';
import { findGateway } from '../gateways/find-gateway';
import { evaluateGateway } from './evaluate-gateway';

/** Evaluated now, on the newest signals; `verdicts` by constraint. */
export async function judgeSafety(actor: Actor, gatewayId: string) {
  await findGateway(actor, { id: gatewayId });
  const nowMs = Date.now();
  const evaluation = await evaluateGateway(getDb(), gatewayId, 'O3', { nowMs, imageBytes: 0 });
  const overrides = await inForceOf(gatewayId, new Date(nowMs));
  const blocks = new Set(evaluation.blocking.map((verdict) => verdict.constraint));
  return {
    evaluatedAt: new Date(nowMs),
    allowed: evaluation.allowed,
    stale: evaluation.stale,
    score: safetyScore(evaluation),
    policy: evaluation.policy,
    overrides,
    signals: evaluation.signals,
    recommendations: evaluation.blocking.map((verdict) => `${verdict.constraint}: ${verdict.reason}. Wait until ${verdict.clearsWhen}.`),
    blocks,
    verdicts: Object.fromEntries(evaluation.verdicts.map((verdict) => [verdict.constraint, verdict])) as Record<Constraint, Verdict>,
  };
}

async function inForceOf(gatewayId: string, now: Date) {
  const rows = await getDb().overrideRequest.findMany({
    where: { gatewayId, state: { in: ['approved', 'active'] }, expiresAt: { gt: now } },
    orderBy: { expiresAt: 'asc' },
    select: { id: true, constraints: true, expiresAt: true, breakGlass: true },
  });
  return rows.flatMap(({ expiresAt, ...row }) => (expiresAt === null ? [] : [{ ...row, expiresAt }]));
}
