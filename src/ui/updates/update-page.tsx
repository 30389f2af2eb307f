'use client';
/** "Update now": choose a release, see plan and consequences, start. One page, by keyboard from top to bottom. */
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useQueryStates } from 'nuqs';
import { useCan } from '../access/access';
import { gatewayCrumbs } from '../gateway/gateway-header';
import { Age } from '../kit/age';
import { Button, buttonClass } from '../kit/button';
import { PageHeader } from '../kit/page-header';
import { Panel } from '../kit/panel';
import { QueryState } from '../kit/query-state';
import { EmptyState, ErrorState } from '../kit/states';
import { useLiveScope } from '../live/live-context';
import { type RouterOutputs, useTRPC } from '../trpc/client';
import { PlanPanel } from './plan-panel';
import { ReleaseDetails } from './release-details';
import { ReleaseList } from './release-list';
import { StrategyPanel } from './strategy-panel';
import { updateParsers } from './update-page-state';

type Gateway = RouterOutputs['gateways']['byId'];

export function UpdatePage({ gatewayId }: { gatewayId: string }) {
  const trpc = useTRPC();
  useLiveScope('gateway', gatewayId);
  const query = useQuery(trpc.gateways.byId.queryOptions({ gatewayId }));
  if (!query.data) {
    return <QueryState query={query} loading="Loading the gateway" rows={12} failed="The gateway could not be read" />;
  }
  return <UpdateView gateway={query.data} />;
}

function UpdateView({ gateway }: { gateway: Gateway }) {
  const trpc = useTRPC();
  const can = useCan();
  const allowed = can('job.start', gateway.siteId);
  const [state, setState] = useQueryStates(updateParsers, { history: 'replace' });
  const check = useQuery(trpc.updates.check.queryOptions({ gatewayId: gateway.id }, { enabled: allowed, staleTime: 60_000 }));
  const settings = useQuery(trpc.settings.read.queryOptions({ gatewayId: gateway.id }));
  const updates = check.data?.updates ?? [];
  const older = check.data?.older ?? [];
  const chosen =
    [...updates, ...older].find((update) => update.id === state.release) ?? updates.find((update) => update.compatible) ?? null;
  const strategy = state.strategy ?? settings.data?.body.update_strategy ?? 'seamless';
  return (
    <>
      <PageHeader
        title="Update now"
        crumbs={[...gatewayCrumbs(gateway), { label: gateway.name, href: `/gateways/${gateway.id}` }, { label: 'Update now' }]}
        lead={
          <>
            <span className="font-mono text-xs text-text">{gateway.name}</span> runs{' '}
            <span className="font-mono text-xs text-text">{gateway.activeVersion ?? 'an unknown version'}</span>
          </>
        }
        actions={
          <Link prefetch={false} href={`/gateways/${gateway.id}`} className={buttonClass()}>
            Leave without starting
          </Link>
        }
      />
      {!allowed && (
        <ErrorState
          title="Your role may not start updates here"
          message="Starting an update needs the role operator or higher at this site."
        />
      )}
      {allowed && (
        <div className="grid min-w-0 items-start gap-3 xl:grid-cols-[minmax(0,5fr)_minmax(0,7fr)]">
          <div className="grid min-w-0 gap-3">
            <Panel
              title="1 · Release"
              aside={
                check.data && (
                  <>
                    channel {check.data.channel}, checked <Age at={check.data.checkedAt} suffix="ago" />
                    <Button variant="quiet" busy={check.isFetching} onClick={() => void check.refetch()}>
                      Check again
                    </Button>
                  </>
                )
              }
              flush
            >
              <QueryState query={check} loading="Checking for updates" rows={5} failed="Updates could not be checked" />
              {check.data && updates.length === 0 && (
                <EmptyState title="It is up to date">
                  Nothing newer than {check.data.activeVersion ?? 'what it runs'} is published on the channel {check.data.channel}.
                </EmptyState>
              )}
              {updates.length > 0 && (
                <ReleaseList
                  updates={updates}
                  chosenId={chosen?.id ?? null}
                  zone={gateway.site.timezone}
                  onChoose={(release) => void setState({ release })}
                />
              )}
              {older.length > 0 && (
                <details open={older.some(({ id }) => id === chosen?.id)} className="border-t border-line">
                  <summary className="target cursor-pointer px-3 py-2 text-sm text-muted">
                    Go back to an older release ({older.length})
                  </summary>
                  <ReleaseList
                    updates={older}
                    chosenId={chosen?.id ?? null}
                    zone={gateway.site.timezone}
                    onChoose={(release) => void setState({ release })}
                  />
                </details>
              )}
            </Panel>
            {chosen && <ReleaseDetails update={chosen} />}
          </div>
          {chosen && (
            <div className="grid min-w-0 gap-3">
              <StrategyPanel state={state} strategy={strategy} onChange={(next) => void setState(next)} />
              <PlanPanel key={chosen.id} gateway={gateway} update={chosen} strategy={strategy} state={state} />
            </div>
          )}
        </div>
      )}
    </>
  );
}
