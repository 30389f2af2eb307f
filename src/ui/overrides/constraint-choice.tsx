'use client';
import { REQUIRED_CONSTRAINTS, type SafetyPolicy } from '#/domain/safety/policy';
import { CONSTRAINTS, type Constraint } from '#/domain/safety/signals';
import type { SitePolicy } from '#/domain/safety/site-policy';
import { CheckField } from '../kit/field';
import { CONSTRAINT_WORDS } from '../safety/constraint-words';
import type { RouterOutputs } from '../trpc/client';
import { BoundInputs } from './bound-inputs';
import type { RequestDraft } from './request-draft';

export type OverridePlan = RouterOutputs['overrides']['plan'];
type Choice = OverridePlan['choices'][number];
type Props = {
  draft: RequestDraft;
  /** Of one gateway; undefined for many. */
  plan: OverridePlan | undefined;
  policies: readonly SitePolicy[];
  onChange: (next: Partial<RequestDraft>) => void;
};

/** Which soft limits are to be relaxed, each with its bound. A hard limit cannot be chosen, and says so. */
export function ConstraintChoice({ draft, plan, policies, onChange }: Props) {
  const offered = CONSTRAINTS.filter((one) => REQUIRED_CONSTRAINTS[draft.operation].includes(one));
  const toggle = (constraint: Constraint, on: boolean, suggested: Choice['suggested'] | undefined) =>
    onChange({
      constraints: CONSTRAINTS.filter((one) => (one === constraint ? on : draft.constraints.includes(one))),
      ...(on && suggested && !draft.bounds[constraint] ? { bounds: { ...draft.bounds, [constraint]: suggested } } : {}),
    });
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="pb-1 text-xs font-medium text-muted">Constraints</legend>
      {offered.map((constraint) => {
        const choice = plan?.choices.find((one) => one.constraint === constraint);
        const forbidden = policies.some((policy) => !policy.override[constraint].allowed);
        const hard = choice?.verdict.level === 'hard';
        const chosen = draft.constraints.includes(constraint);
        return (
          <div key={constraint} className="rounded-md border border-line px-3 py-2">
            <CheckField
              label={CONSTRAINT_WORDS[constraint]}
              hint={hintOf(choice, forbidden)}
              checked={chosen}
              disabled={!chosen && (hard || forbidden)}
              onChange={(event) => toggle(constraint, event.target.checked, choice?.suggested)}
            />
            {chosen && choice && plan && (
              <div className="pt-2 pl-7">
                <BoundInputs
                  bound={draft.bounds[constraint] ?? choice.suggested}
                  limits={limitsOf(plan)}
                  verdict={choice.verdict}
                  onChange={(bound) => onChange({ bounds: { ...draft.bounds, [constraint]: bound } })}
                />
              </div>
            )}
          </div>
        );
      })}
    </fieldset>
  );
}

const limitsOf = (plan: OverridePlan): SafetyPolicy => plan.policy;

function hintOf(choice: Choice | undefined, forbidden: boolean): string | undefined {
  if (forbidden) return 'The site’s policy does not allow an override of it.';
  if (!choice) return undefined;
  const { level, reason } = choice.verdict;
  if (level === 'hard') return `Hard limit: ${reason}. Nobody can override it.`;
  return level === 'soft' ? `Blocks: ${reason}.` : 'Does not block now.';
}
