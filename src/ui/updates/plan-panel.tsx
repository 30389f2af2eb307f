'use client';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { InstallStrategy } from '#/domain/jobs/job-options';
import { formatBytes, formatDuration } from '../clock/format';
import { UnfinishedJobNotice } from '../jobs/unfinished-job-notice';
import { cx } from '../kit/class-names';
import { Facts } from '../kit/facts';
import { PlanText } from '../kit/plan-text';
import { Panel } from '../kit/panel';
import { ErrorState, LoadingState } from '../kit/states';
import { Time } from '../kit/time';
import { HoldsWithWays } from '../overrides/holds-with-ways';
import { type RouterOutputs, useTRPC } from '../trpc/client';
import { explainError } from '../trpc/errors';
import type { Update } from './release-list';
import { StartPanel } from './start-panel';
import type { UpdateState } from './update-page-state';

type Plan = RouterOutputs['updates']['plan'];
type Gateway = RouterOutputs['gateways']['byId'];
type Props = { gateway: Gateway; update: Update; strategy: InstallStrategy; state: UpdateState };

/** What holds changes by the second; the plan is read again at this pace. */
const POLL_MS = 3_000;

/** What will happen, what it changes, what it costs, what holds it now; then the start. */
export function PlanPanel({ gateway, update, strategy, state }: Props) {
  const trpc = useTRPC();
  const query = useQuery(
    trpc.updates.plan.queryOptions(
      { gatewayId: gateway.id, releaseId: update.id, strategy, rebootAfter: state.reboot },
      { refetchInterval: POLL_MS, placeholderData: keepPreviousData },
    ),
  );
  if (query.isError) {
    return (
      <Panel title="3 · Plan and consequences" flush>
        <ErrorState title="This update cannot be started" {...explainError(query.error)} onRetry={() => void query.refetch()} />
      </Panel>
    );
  }
  const plan = query.data;
  return (
    <>
      <Panel title="3 · Plan and consequences" flush>
        {plan ? (
          <PlanBody plan={plan} gateway={gateway} outdated={query.isPlaceholderData} strategy={strategy} reboot={state.reboot} />
        ) : (
          <LoadingState label="Working out the plan" rows={10} />
        )}
      </Panel>
      {plan?.unfinishedJobId && <UnfinishedJobNotice jobId={plan.unfinishedJobId} />}
      {plan && <StartPanel gateway={gateway} update={update} strategy={strategy} state={state} plan={plan} />}
    </>
  );
}

function PlanBody({
  plan,
  gateway,
  outdated,
  strategy,
  reboot,
}: {
  plan: Plan;
  gateway: Gateway;
  outdated: boolean;
  strategy: InstallStrategy;
  reboot: boolean;
}) {
  const zone = gateway.site.timezone;
  return (
    <div className={cx(outdated && 'opacity-60')}>
      <PlanText steps={plan.steps} consequences={plan.consequences} zone={zone} className="p-3 md:grid-cols-2" />
      <div className="grid gap-x-6 border-t border-line p-3 md:grid-cols-2">
        <Facts
          facts={[
            { label: 'Difference', value: <span className="font-mono text-xs">{`${plan.fromVersion ?? '?'} → ${plan.toVersion}`}</span> },
            { label: 'Slot', value: `${plan.targetSlot}, now ${plan.overwritesVersion ?? 'empty'}` },
            { label: 'Download', value: `${formatBytes(plan.sizeBytes)}, ${duration(plan.estimatedDownloadSeconds)}` },
          ]}
        />
        <Facts
          facts={[
            { label: reboot ? 'Install, reboot' : 'Install', value: duration(plan.estimatedInstallSeconds) },
            { label: 'When', value: <When plan={plan} zone={zone} strategy={strategy} /> },
            { label: 'Cranes affected', value: reboot ? `1: ${plan.craneName}` : 'none: nothing restarts' },
          ]}
        />
      </div>
      <section aria-label="What holds it now" className="border-t border-line">
        <h3 className="px-3 pt-2 text-xs font-semibold">Why not now: {reboot ? 'the reboot' : 'the write'}</h3>
        <HoldsWithWays
          holds={reboot ? plan.holdsReboot : plan.holdsWrite}
          readAt={plan.plannedAt}
          zone={zone}
          free="Nothing holds it at this moment."
          gateway={gateway}
          operation={reboot ? 'O3' : 'O2'}
          jobId={plan.unfinishedJobId}
        />
      </section>
    </div>
  );
}

function duration(seconds: number | null): string {
  return seconds === null ? 'time not known yet' : `about ${formatDuration(seconds * 1000)}`;
}

function When({ plan, zone, strategy }: { plan: Plan; zone: string; strategy: InstallStrategy }) {
  if (strategy === 'immediate') return 'now, or it is refused';
  if (strategy === 'seamless') return 'now; the reboot when the interlocks allow it';
  if (!plan.window) return 'no window is set';
  if (plan.window.isOpen) {
    return (
      <>
        window open until <Time at={plan.window.endsAt} zone={zone} withCity />
      </>
    );
  }
  return (
    <>
      window <Time at={plan.window.startsAt} zone={zone} withDate withCity />
    </>
  );
}
