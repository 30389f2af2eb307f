/** The server's view of a gateway's interlocks. The agent decides again on its own signals before each step. */
import { z } from 'zod';
import { policyOfCommit } from '#/domain/safety/commit-policy';
import { type Evaluation, evaluateSafety } from '#/domain/safety/evaluate';
import { type ConstraintBound, constraintBoundSchema, relaxPolicy } from '#/domain/safety/bounds';
import { effectivePolicy } from '#/domain/safety/effective-policy';
import type { OperationClass, SafetyPolicy } from '#/domain/safety/policy';
import { type Constraint, type SignalSet, signalSetSchema } from '#/domain/safety/signals';
import type { SitePolicy } from '#/domain/safety/site-policy';
import type { GatewaySettingsBody } from '#/domain/settings/gateway-settings';
import type { Db, Tx } from '../db/client';
import { readSettings } from '../settings/read-settings';
import { readSitePolicy } from './site-policy';

/** A sample needs the reporting interval and the way here on top of its age at the gateway. */
export const REPORTING_ALLOWANCE_MS = 10_000;

/** The policy in force for a gateway, with the ages that the server can expect. */
export function serverPolicy(settings: GatewaySettingsBody, site: SitePolicy): SafetyPolicy {
  return withReportingAllowance(effectivePolicy(site, settings.safety_constraints));
}

/** The policy with maximum ages that include the way to the server. */
export function withReportingAllowance(policy: SafetyPolicy): SafetyPolicy {
  const ages = Object.entries(policy.maxAgeMs).map(([constraint, ageMs]) => [constraint, ageMs + REPORTING_ALLOWANCE_MS]);
  return { ...policy, maxAgeMs: Object.fromEntries(ages) as SafetyPolicy['maxAgeMs'] };
}

export type SignalRow = { constraint: string; value: unknown; source: string; sampledAt: Date; clearSinceAt: Date | null };

/** Stored rows as a signal set; a row that does not parse counts as missing. */
export function signalSetOf(rows: readonly SignalRow[]): SignalSet {
  const entries = rows.flatMap((row) => {
    const sample = {
      value: row.value,
      source: row.source,
      sampledAt: row.sampledAt.toISOString(),
      clearSinceAt: row.clearSinceAt?.toISOString() ?? null,
    };
    const parsed = signalSetSchema.safeParse({ [row.constraint]: sample });
    return parsed.success ? Object.entries(parsed.data) : [];
  });
  return Object.fromEntries(entries) as SignalSet;
}

export type GatewayEvaluation = Evaluation & {
  signals: SignalSet;
  settings: GatewaySettingsBody;
  /** With what overrides relax now. */
  policy: SafetyPolicy;
  /** Constraints that an override relaxes for this operation now. */
  relaxed: Constraint[];
};

/** Evaluates the stored signals of a gateway for an operation class now; grants in force relax their soft limits to their bounds. */
export async function evaluateGateway(
  db: Db | Tx,
  gatewayId: string,
  operation: OperationClass,
  context: { nowMs: number; imageBytes: number; commits?: boolean | undefined },
): Promise<GatewayEvaluation> {
  const [rows, { body: settings }, { siteId }, bounds] = [
    await db.safetySignal.findMany({ where: { gatewayId } }),
    await readSettings(db, gatewayId),
    await db.gateway.findUniqueOrThrow({ where: { id: gatewayId }, select: { siteId: true } }),
    await boundsInForce(db, gatewayId, operation, context.nowMs),
  ];
  const site = await readSitePolicy(db, siteId);
  const signals = signalSetOf(rows);
  const limits = serverPolicy(settings, site.policy);
  const policy = bounds.reduce(relaxPolicy, context.commits ? policyOfCommit(limits) : limits);
  const relaxed = bounds.map((one) => one.constraint);
  return { ...evaluateSafety(signals, policy, operation, context), signals, settings, policy, relaxed };
}

/** Bounds of the grants that may be used for the operation now. The agent checks its own copy again before it acts. */
async function boundsInForce(db: Db | Tx, gatewayId: string, operation: OperationClass, nowMs: number): Promise<ConstraintBound[]> {
  const grants = await db.overrideGrant.findMany({
    where: { gatewayId, endedAt: null, suspendedAt: null, expiresAt: { gt: new Date(nowMs) }, request: { operation } },
    select: { constraint: true, bound: true },
  });
  return z.array(constraintBoundSchema).parse(grants);
}
