/** What the request dialog needs to know before anyone fills it in. */
import { boundPastHard, type ConstraintBound } from '#/domain/safety/bounds';
import { defaultBound } from '#/domain/safety/default-bound';
import { evaluateSafety, type Verdict } from '#/domain/safety/evaluate';
import type { OperationClass, SafetyPolicy } from '#/domain/safety/policy';
import { CONSTRAINTS, type Constraint } from '#/domain/safety/signals';
import { longestOverrideS } from '#/domain/safety/site-policy';
import type { Actor } from '../access/actor';
import { getDb } from '../db/client';
import { findGateway } from '../gateways/find-gateway';
import { signalSetOf, withReportingAllowance } from '../safety/evaluate-gateway';
import { gatewayPolicy } from '../safety/site-policy';

export type OverrideChoice = {
  constraint: Constraint;
  verdict: Verdict;
  /** It blocks now, and a grant could relax it. */
  overridable: boolean;
  allowedByPolicy: boolean;
  approvers: number;
  longestSeconds: number;
  suggested: ConstraintBound;
};
export type OverridePlan = {
  gatewayId: string;
  gatewayName: string;
  policyVersion: number;
  policy: SafetyPolicy;
  breakGlassAllowed: boolean;
  choices: OverrideChoice[];
  readAt: Date;
};

export async function planOverride(actor: Actor, input: { gatewayId: string; operation: OperationClass }): Promise<OverridePlan> {
  const gateway = await findGateway(actor, { id: input.gatewayId }, 'override.request');
  const db = getDb();
  const { policy, version, effective } = await gatewayPolicy(db, gateway);
  const signals = signalSetOf(await db.safetySignal.findMany({ where: { gatewayId: gateway.id } }));
  const context = { nowMs: Date.now(), imageBytes: 0 };
  const { verdicts } = evaluateSafety(signals, withReportingAllowance(effective), input.operation, context);
  const choices = CONSTRAINTS.flatMap((constraint): OverrideChoice[] => {
    const verdict = verdicts.find((one) => one.constraint === constraint);
    if (!verdict) return [];
    const rule = policy.override[constraint];
    const suggested = defaultBound(constraint, signals, effective, context);
    return [
      {
        constraint,
        verdict,
        overridable: verdict.level === 'soft' && boundPastHard(suggested, effective, 0) === null,
        allowedByPolicy: rule.allowed,
        approvers: rule.approvers,
        longestSeconds: Math.min(rule.maxDurationSeconds, longestOverrideS(constraint)),
        suggested,
      },
    ];
  });
  return {
    gatewayId: gateway.id,
    gatewayName: gateway.name,
    policyVersion: version,
    policy: effective,
    breakGlassAllowed: policy.breakGlass,
    choices,
    readAt: new Date(context.nowMs),
  };
}
