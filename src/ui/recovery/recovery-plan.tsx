'use client';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { formatBytes, formatDuration } from '../clock/format';
import { UnfinishedJobNotice } from '../jobs/unfinished-job-notice';
import { Facts } from '../kit/facts';
import { Notice } from '../kit/notice';
import { PlanText } from '../kit/plan-text';
import { ErrorState, LoadingState } from '../kit/states';
import { HoldsWithWays } from '../overrides/holds-with-ways';
import { type RouterInputs, type RouterOutputs, useTRPC } from '../trpc/client';
import { explainError } from '../trpc/errors';

export type RecoveryPlan = RouterOutputs['recovery']['plan'];
export type PlanInput = RouterInputs['recovery']['plan'];
type Gateway = RouterOutputs['recovery']['overview']['gateway'];

/** What holds changes by the second; the plan is read again at this pace. */
const POLL_MS = 3_000;

/** The plan of an operation, kept fresh while its dialog is open. */
export function useRecoveryPlan(input: PlanInput) {
  const trpc = useTRPC();
  return useQuery(trpc.recovery.plan.queryOptions(input, { refetchInterval: POLL_MS, placeholderData: keepPreviousData }));
}

/** What will happen, what it changes, what it costs and what holds it now. */
export function PlanView({ query, gateway }: { query: ReturnType<typeof useRecoveryPlan>; gateway: Gateway }) {
  if (query.isError) {
    return <ErrorState title="The plan could not be made" {...explainError(query.error)} onRetry={() => void query.refetch()} />;
  }
  const plan = query.data;
  if (!plan) return <LoadingState label="Working out the plan" rows={6} />;
  return (
    <div className="flex flex-col gap-3">
      {plan.impossible && <Notice priority="p1" title={`${plan.impossible.replace(/^./, (first) => first.toUpperCase())}.`} />}
      {plan.unfinishedJobId && <UnfinishedJobNotice jobId={plan.unfinishedJobId} />}
      <PlanText steps={plan.steps} consequences={plan.consequences} zone={gateway.site.timezone} className="sm:grid-cols-2" />
      <Facts className="border-t border-line pt-2" facts={factsOf(plan)} />
      <section aria-label="What holds it now" className="-mx-3 border-t border-line">
        <h3 className="px-3 pt-2 text-xs font-semibold">Why not now</h3>
        <HoldsWithWays
          holds={plan.holds}
          readAt={plan.plannedAt}
          zone={gateway.site.timezone}
          free="Nothing holds it at this moment."
          gateway={gateway}
          operation={plan.operationClass}
          jobId={plan.unfinishedJobId}
        />
      </section>
    </div>
  );
}

function factsOf(plan: RecoveryPlan) {
  const change = plan.fromVersion === plan.toVersion ? (plan.toVersion ?? '?') : `${plan.fromVersion ?? '?'} → ${plan.toVersion ?? '?'}`;
  const time = `about ${formatDuration(plan.estimatedSeconds * 1000)}${plan.estimateIsNominal ? ' (never done here yet)' : ''}`;
  return [
    { label: 'Version', value: <span className="font-mono text-xs">{change}</span> },
    { label: 'Takes', value: time },
    ...(plan.estimatedBytes === null ? [] : [{ label: 'Needs', value: `about ${formatBytes(plan.estimatedBytes)} on the gateway` }]),
    { label: 'Crane affected', value: plan.operation === 'snapshot' ? 'none: nothing restarts' : plan.craneName },
    ...(plan.approversNeeded > 0
      ? [{ label: 'Then approved by', value: `${plan.approversNeeded} other ${plan.approversNeeded === 1 ? 'person' : 'people'}` }]
      : []),
  ];
}
