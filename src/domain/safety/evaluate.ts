/** Whether an operation may run now, from the newest signals. Pure; the same code on server and agent. */
import { CONSTRAINT_RULES, type Finding } from './constraint-rules';
import { type OperationClass, REQUIRED_CONSTRAINTS, type SafetyPolicy } from './policy';
import { CONSTRAINTS, type Constraint, type SignalSet } from './signals';

export type Verdict = {
  constraint: Constraint;
  enabled: boolean;
  /** clear; soft: blocks, a grant may relax it; hard: blocks whatever anyone says. */
  level: 'clear' | 'soft' | 'hard';
  reason: string;
  value: string | null;
  limit: string;
  clearsWhen: string;
  source: string | null;
  ageMs: number | null;
  /** The sample is missing or older than its maximum age. */
  stale: boolean;
};

export type Evaluation = {
  operation: OperationClass;
  allowed: boolean;
  verdicts: Verdict[];
  blocking: Verdict[];
  stale: boolean;
};

export type EvaluationContext = {
  nowMs: number;
  /** Size of the image that the operation is about; 0 when there is none. */
  imageBytes: number;
};

/** Judges one constraint for an operation class. Missing or stale blocks: hard for O3 and O4, soft below. */
export function judgeConstraint(
  constraint: Constraint,
  signals: SignalSet,
  policy: SafetyPolicy,
  operation: OperationClass,
  context: EvaluationContext,
): Verdict {
  const sample = signals[constraint];
  const enabled = policy.enabled[constraint];
  const rule = CONSTRAINT_RULES[constraint];
  const base = { constraint, enabled, limit: rule.limit(policy, context) };
  const disruptive = operation === 'O3' || operation === 'O4';
  if (!sample) {
    return {
      ...base,
      level: disruptive ? 'hard' : 'soft',
      reason: 'no value has been received',
      value: null,
      clearsWhen: 'the gateway reports this signal',
      source: null,
      ageMs: null,
      stale: true,
    };
  }
  // A sample from the future (clock step) is no evidence of the present either.
  const ageMs = context.nowMs - Date.parse(sample.sampledAt);
  const maxAgeMs = policy.maxAgeMs[constraint];
  const common = { ...base, value: rule.show(sample.value as never), source: sample.source, ageMs: Math.max(0, ageMs) };
  if (ageMs > maxAgeMs || ageMs < -maxAgeMs) {
    return {
      ...common,
      level: disruptive ? 'hard' : 'soft',
      reason: `the value is ${Math.round(Math.abs(ageMs) / 1000)} s old; at most ${maxAgeMs / 1000} s is accepted`,
      clearsWhen: 'a fresh value arrives',
      stale: true,
    };
  }
  const finding: Finding = rule.judge(sample.value as never, policy, context, operation);
  if (finding.level === 'hard') return { ...common, ...finding, stale: false };
  if (!enabled) return { ...common, level: 'clear', reason: 'its soft limit is switched off', clearsWhen: '', stale: false };
  if (finding.level === 'soft') return { ...common, ...finding, stale: false };
  return { ...common, ...judgeHold(constraint, sample.clearSinceAt, policy, context), stale: false };
}

function judgeHold(constraint: Constraint, clearSinceAt: string | null, policy: SafetyPolicy, context: EvaluationContext): Finding {
  const holdMs = policy.holdMs[constraint];
  if (holdMs === 0) return { level: 'clear', reason: 'within its limits', clearsWhen: '' };
  const clearForMs = clearSinceAt === null ? 0 : context.nowMs - Date.parse(clearSinceAt);
  if (clearForMs >= holdMs) return { level: 'clear', reason: 'within its limits', clearsWhen: '' };
  const restSeconds = Math.ceil((holdMs - Math.max(0, clearForMs)) / 1000);
  return {
    level: 'soft',
    reason: `within its limits, but not yet for ${holdMs / 1000} s`,
    clearsWhen: `it stays within its limits for ${restSeconds} s more`,
  };
}

/** Judges all five constraints; only those that the operation needs can block it. */
export function evaluateSafety(
  signals: SignalSet,
  policy: SafetyPolicy,
  operation: OperationClass,
  context: EvaluationContext,
): Evaluation {
  const required = new Set(REQUIRED_CONSTRAINTS[operation]);
  const verdicts = CONSTRAINTS.map((constraint) => judgeConstraint(constraint, signals, policy, operation, context));
  const blocking = verdicts.filter((verdict) => required.has(verdict.constraint) && verdict.level !== 'clear');
  return {
    operation,
    allowed: blocking.length === 0,
    verdicts,
    blocking,
    stale: verdicts.some((verdict) => required.has(verdict.constraint) && verdict.stale),
  };
}
