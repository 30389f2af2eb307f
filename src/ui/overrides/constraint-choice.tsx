'use client';
import { useState } from 'react';
import { REQUIRED_CONSTRAINTS } from '#/domain/safety/policy';
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
  const [first] = useState(draft.constraints);
  const choiceOf = (constraint: Constraint) => plan?.choices.find((one) => one.constraint === constraint);
  // What blocks, and what was asked for, comes first; the rest is folded away, but may be needed later.
  const isMain = (constraint: Constraint) => !plan || first.includes(constraint) || choiceOf(constraint)?.verdict.level !== 'clear';
  const row = (constraint: Constraint) => (
    <ConstraintRow
      key={constraint}
      constraint={constraint}
      draft={draft}
      plan={plan}
      choice={choiceOf(constraint)}
      forbidden={policies.some((policy) => !policy.override[constraint].allowed)}
      onChange={onChange}
    />
  );
  const others = offered.filter((one) => !isMain(one));
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="pb-1 text-xs font-medium text-muted">Constraints</legend>
      {offered.filter(isMain).map(row)}
      {others.length > 0 && (
        <details>
          <summary className="target cursor-pointer py-1 text-xs text-muted">{others.length} that do not block now</summary>
          <div className="flex flex-col gap-2 pt-2">{others.map(row)}</div>
        </details>
      )}
    </fieldset>
  );
}

type RowProps = Pick<Props, 'draft' | 'plan' | 'onChange'> & { constraint: Constraint; choice: Choice | undefined; forbidden: boolean };

function ConstraintRow({ constraint, draft, plan, choice, forbidden, onChange }: RowProps) {
  const hard = choice?.verdict.level === 'hard';
  const chosen = draft.constraints.includes(constraint);
  const toggle = (on: boolean) =>
    onChange({
      constraints: CONSTRAINTS.filter((one) => (one === constraint ? on : draft.constraints.includes(one))),
      ...(on && choice && !draft.bounds[constraint] ? { bounds: { ...draft.bounds, [constraint]: choice.suggested } } : {}),
    });
  return (
    <div className="rounded-md border border-line px-3 py-2">
      <CheckField
        label={CONSTRAINT_WORDS[constraint]}
        hint={hintOf(choice, forbidden)}
        checked={chosen}
        disabled={!chosen && (hard || forbidden)}
        onChange={(event) => toggle(event.target.checked)}
      />
      {chosen && choice && plan && (
        <div className="pt-2 pl-7">
          <BoundInputs
            bound={draft.bounds[constraint] ?? choice.suggested}
            limits={plan.policy}
            verdict={choice.verdict}
            onChange={(bound) => onChange({ bounds: { ...draft.bounds, [constraint]: bound } })}
          />
        </div>
      )}
    </div>
  );
}

function hintOf(choice: Choice | undefined, forbidden: boolean): string | undefined {
  if (forbidden) return 'The site’s policy does not allow an override of it.';
  if (!choice) return undefined;
  const { level, reason } = choice.verdict;
  if (level === 'hard') return `Hard limit: ${reason}. Nobody can override it.`;
  return level === 'soft' ? `Blocks: ${reason}.` : 'Does not block now.';
}
