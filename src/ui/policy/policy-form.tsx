'use client';
/** All rules of a site in one form, one panel per constraint. Saving shows the difference first. */
import { zodResolver } from '@hookform/resolvers/zod';
import { useEffect, useState } from 'react';
import { FormProvider, useForm } from 'react-hook-form';
import type { z } from 'zod';
import { policyDifference } from '#/domain/safety/policy-difference';
import { CONSTRAINTS, type Constraint } from '#/domain/safety/signals';
import { type SitePolicy, sitePolicySchema } from '#/domain/safety/site-policy';
import { Button } from '../kit/button';
import { Notice } from '../kit/notice';
import { Panel } from '../kit/panel';
import { CONSTRAINT_WORDS } from '../safety/constraint-words';
import { CONCURRENCY_FIELDS, durationField, LIMIT_FIELDS, signalFields } from './policy-fields';
import { ApproversSelect, FigureInput, RecoveryApproversSelect, RequesterChecks, RuleToggle } from './policy-inputs';
import { type PolicyVersion, SavePolicyDialog } from './save-policy-dialog';

type Props = { site: { id: string; name: string }; current: PolicyVersion; canWrite: boolean };

/** The form is always filled whole: the defaults that stored versions need are not used here. */
const filledPolicySchema = sitePolicySchema as unknown as z.ZodType<SitePolicy, SitePolicy>;

export function PolicyForm({ site, current, canWrite }: Props) {
  /** What the form was filled with; `current` moves on when someone else saves. */
  const [base, setBase] = useState(current);
  const [saving, setSaving] = useState<SitePolicy | null>(null);
  const form = useForm<SitePolicy>({ resolver: zodResolver(filledPolicySchema), defaultValues: base.policy, mode: 'onChange' });
  const changes = policyDifference(base.policy, form.watch());
  const overtaken = current.version !== base.version;
  const load = (next: PolicyVersion) => {
    setBase(next);
    form.reset(next.policy);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new version from the server is a reason, not a keystroke
  useEffect(() => {
    if (overtaken && changes.length === 0) load(current);
  }, [current.version]);
  return (
    <FormProvider {...form}>
      <form onSubmit={form.handleSubmit((policy) => setSaving(policy))} noValidate className="flex flex-col gap-3">
        <fieldset disabled={!canWrite} className="grid min-w-0 gap-3 lg:grid-cols-2">
          <legend className="sr-only">Safety policy of {site.name}</legend>
          {CONSTRAINTS.map((constraint) => (
            <ConstraintRules key={constraint} constraint={constraint} />
          ))}
          <SiteRules />
        </fieldset>
        {overtaken && changes.length > 0 && (
          <Notice
            priority="p3"
            title="Someone else has changed this policy meanwhile"
            action={<Button onClick={() => load(current)}>Show theirs and drop mine</Button>}
          >
            Yours began from version {base.version}; now there is version {current.version}.
          </Notice>
        )}
        {canWrite && (
          <div className="sticky bottom-0 z-10 flex flex-wrap items-center gap-3 border-t border-line bg-canvas py-2 max-md:bottom-14">
            <Button type="submit" variant="primary" disabled={changes.length === 0 || overtaken}>
              Show the difference …
            </Button>
            <Button onClick={() => form.reset(base.policy)} disabled={changes.length === 0}>
              Undo
            </Button>
            <span role="status" className="tabular text-xs text-muted">
              {changes.length === 0
                ? `Nothing changed · version ${base.version}`
                : `${changes.length} ${changes.length === 1 ? 'rule' : 'rules'} changed`}
              {!form.formState.isValid && changes.length > 0 && ' · not all figures are possible'}
            </span>
          </div>
        )}
      </form>
      {saving && (
        <SavePolicyDialog
          site={site}
          base={base}
          next={saving}
          onSaved={(version) => load({ version, policy: saving })}
          onClose={() => setSaving(null)}
        />
      )}
    </FormProvider>
  );
}

function ConstraintRules({ constraint }: { constraint: Constraint }) {
  return (
    <Panel title={CONSTRAINT_WORDS[constraint]}>
      <div className="flex flex-col gap-4">
        <div className="grid items-start gap-3 sm:grid-cols-3">
          {[...LIMIT_FIELDS[constraint], ...signalFields(constraint)].map((field) => (
            <FigureInput key={field.path} field={field} />
          ))}
        </div>
        <RuleToggle
          path={`pauseDownload.${constraint}`}
          label="A running download pauses while it is violated"
          hint="It goes on by itself."
        />
        {constraint !== 'disk_space' && (
          <RuleToggle
            path={`switchOff.${constraint}`}
            label="Gateways may switch the soft limit off in their settings"
            hint="Without an approval, until it is switched on again."
          />
        )}
        <section aria-label={`Overrides of ${CONSTRAINT_WORDS[constraint]}`} className="flex flex-col gap-3 border-t border-line pt-3">
          <RuleToggle path={`override.${constraint}.allowed`} label="The soft limit may be overridden" />
          <div className="grid items-start gap-3 sm:grid-cols-2">
            <ApproversSelect constraint={constraint} />
            <FigureInput field={durationField(constraint)} />
          </div>
          <RequesterChecks constraint={constraint} />
        </section>
      </div>
    </Panel>
  );
}

function SiteRules() {
  return (
    <Panel title="Whole site">
      <div className="flex flex-col gap-4">
        <div className="grid items-start gap-3 sm:grid-cols-3">
          {CONCURRENCY_FIELDS.map((field) => (
            <FigureInput key={field.path} field={field} />
          ))}
        </div>
        <RuleToggle
          path="breakGlass"
          label="A supervisor alone may break the glass"
          hint="With the own PIN. It raises an alarm, and someone else must review it within 24 h."
        />
        <section aria-label="Recovery" className="flex flex-col gap-3 border-t border-line pt-3">
          <RuleToggle path="recovery.factoryReset" label="Gateways may be reset to factory state" />
          <div className="grid items-start gap-3 sm:grid-cols-2">
            <RecoveryApproversSelect path="recovery.resetApprovers" label="A factory reset is approved by" />
            <RecoveryApproversSelect path="recovery.restoreApprovers" label="A restore is approved by" />
          </div>
        </section>
      </div>
    </Panel>
  );
}
