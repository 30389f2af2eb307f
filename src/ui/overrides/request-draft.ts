/** What a person has entered into the request of an override, and what is still wrong with it. Pure. */
import type { ConstraintBound } from '#/domain/safety/bounds';
import { LEAST_REASON_LENGTH, type REASON_CODES } from '#/domain/safety/override-request';
import type { OperationClass, SafetyPolicy } from '#/domain/safety/policy';
import type { Constraint } from '#/domain/safety/signals';
import { longestOverrideS, type SitePolicy } from '#/domain/safety/site-policy';
import { boundFields, figureFault } from './bound-fields';
import { DURATIONS_S } from './override-words';

export type RequestDraft = {
  operation: OperationClass;
  constraints: Constraint[];
  /** Of one gateway only; for many the server takes the bound that covers the present value of each. */
  bounds: Partial<Record<Constraint, ConstraintBound>>;
  durationSeconds: number;
  reasonCode: (typeof REASON_CODES)[number];
  reason: string;
  /** Ticked ones. */
  measures: string[];
  /** Written ones, one per line. */
  otherMeasures: string;
  breakGlass: boolean;
  pin: string;
};

export type DraftFaults = Partial<Record<'constraints' | 'bounds' | 'reason' | 'measures' | 'durationSeconds' | 'pin', string>>;

/** All measures, ticked and written. */
export function measuresOf(draft: RequestDraft): string[] {
  const written = draft.otherMeasures.split('\n').map((line) => line.trim());
  return [...draft.measures, ...written.filter((line) => line !== '')];
}

/** The longest that the constraints may be overridden together, at every one of the sites. */
export function longestAllowedS(constraints: readonly Constraint[], policies: readonly SitePolicy[]): number {
  const longest = constraints.flatMap((one) => [
    longestOverrideS(one),
    ...policies.map((policy) => policy.override[one].maxDurationSeconds),
  ]);
  return Math.min(...longest, Math.max(...DURATIONS_S));
}

/** How many other persons have to say yes, at the strictest of the sites; `mayApprove`: the requester could approve for others. */
export function approversNeeded(draft: RequestDraft, policies: readonly SitePolicy[], mayApprove: boolean): number {
  if (draft.breakGlass) return 0;
  const needed = Math.max(0, ...draft.constraints.flatMap((one) => policies.map((policy) => policy.override[one].approvers)));
  return mayApprove ? needed : Math.max(1, needed);
}

/** What still has to be put right, by field; empty when the request may be sent. */
export function draftFaults(
  draft: RequestDraft,
  given: { limits: SafetyPolicy | undefined; policies: readonly SitePolicy[]; needsPin: boolean },
): DraftFaults {
  const faults: DraftFaults = {};
  if (draft.constraints.length === 0) faults.constraints = 'Choose at least one constraint.';
  const { limits } = given;
  const past = limits
    ? Object.values(draft.bounds)
        .filter((one) => draft.constraints.includes(one.constraint))
        .flatMap((one) => boundFields(one, limits, 0))
        .map(figureFault)
        .find((fault) => fault !== null)
    : undefined;
  if (past) faults.bounds = `A bound is not possible: ${past}.`;
  if (draft.durationSeconds > longestAllowedS(draft.constraints, given.policies))
    faults.durationSeconds = 'Longer than the site’s policy allows for these constraints.';
  if (draft.reason.trim().length < LEAST_REASON_LENGTH) faults.reason = `Say why, in ${LEAST_REASON_LENGTH} characters at least.`;
  const measures = measuresOf(draft);
  if (measures.length === 0) faults.measures = 'Name at least one measure that makes up for it.';
  else if (measures.some((one) => one.length < 3)) faults.measures = 'A measure needs 3 characters at least.';
  if (given.needsPin && draft.pin === '') faults.pin = 'Enter your PIN: you authorise this alone.';
  return faults;
}
