'use client';
/** What blocks what, where and since when: the whole fleet, by site and constraint. */
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useQueryStates } from 'nuqs';
import { useMemo, useState } from 'react';
import { useCan } from '../access/access';
import { Button, buttonClass } from '../kit/button';
import { ListSection, useRows } from '../kit/list-section';
import { PageHeader } from '../kit/page-header';
import { EmptyState } from '../kit/states';
import { RequestOverrideDialog } from '../overrides/request-override-dialog';
import { useSites } from '../sites/site-filter';
import { useTRPC } from '../trpc/client';
import { BarsDrawer } from './bars-drawer';
import { boardColumns, type BoardRow } from './board-columns';
import { BoardCounts } from './board-counts';
import { BoardFilters } from './board-filters';
import { boardInput, boardParsers } from './board-state';

/** Behind the live hints: blocks come and go without one being told of each. */
const POLL_MS = 10_000;
/** As many gateways as one request may name. */
const MOST_CHOSEN = 100;

export function BoardPage() {
  const trpc = useTRPC();
  const can = useCan();
  const sites = useSites();
  const [state, setState] = useQueryStates(boardParsers, { history: 'replace' });
  const [chosen, setChosen] = useState<ReadonlyMap<string, BoardRow>>(new Map());
  const [asking, setAsking] = useState(false);
  const query = useInfiniteQuery(
    trpc.safety.board.infiniteQueryOptions(boardInput(state), {
      getNextPageParam: (page) => page.nextCursor,
      placeholderData: keepPreviousData,
      refetchInterval: POLL_MS,
    }),
  );
  const [first] = query.data?.pages ?? [];
  const policies = useQuery(trpc.safety.policies.queryOptions(undefined, { staleTime: 60_000 })).data;
  const mayAsk = can('override.request', null);
  const columns = useMemo(
    () =>
      boardColumns({
        select: mayAsk
          ? {
              isChosen: (id) => chosen.has(id),
              toggle: (row) =>
                setChosen((before) => {
                  const next = new Map(before);
                  if (!next.delete(row.gatewayId) && next.size < MOST_CHOSEN) next.set(row.gatewayId, row);
                  return next;
                }),
            }
          : null,
        onBars: (bars) => void setState({ bars }),
      }),
    [mayAsk, chosen, setState],
  );
  const siteIdOf = (row: BoardRow) => sites.find((site) => site.code === row.siteCode)?.id ?? '';
  const filtered = state.reason !== null || state.level !== null || state.site !== null;
  const clear = () => void setState({ reason: null, level: null, site: null });
  const changedPolicies = policies?.filter((view) => view.version > 0).length;
  return (
    <>
      <PageHeader
        title="Safety board"
        lead={
          first?.gateways != null && (
            <span className="tabular">
              What holds a reboot now, on {first.gateways.toLocaleString('en-GB')} gateways
              {changedPolicies === 0 && ', by the example policy'}
            </span>
          )
        }
        actions={
          <>
            {chosen.size > 0 && (
              <>
                <Button variant="quiet" onClick={() => setChosen(new Map())}>
                  Choose none
                </Button>
                <Button variant="primary" onClick={() => setAsking(true)}>
                  Request override for {chosen.size} …
                </Button>
              </>
            )}
            <Link prefetch={false} href={state.site ? `/safety/policy?site=${state.site}` : '/safety/policy'} className={buttonClass()}>
              Safety policy
            </Link>
          </>
        }
      />
      {first?.counts && (
        <BoardCounts counts={first.counts} state={state} onChoose={(site, reason) => void setState({ site, reason, level: null })} />
      )}
      <BoardFilters state={state} onChange={(next) => void setState(next)} onClear={filtered ? clear : null} />
      <ListSection
        label="Blocked gateways"
        query={query}
        rows={useRows(query.data)}
        columns={columns}
        rowKey={(row) => row.gatewayId}
        loading="Loading what blocks"
        failed="The board could not be read"
        empty={
          filtered ? (
            <EmptyState title="Nothing blocks by this filter" action={<Button onClick={clear}>Show everything that blocks</Button>} />
          ) : (
            <EmptyState title="Nothing blocks any gateway">Every crane could be rebooted at this moment.</EmptyState>
          )
        }
      />
      <BarsDrawer gatewayId={state.bars} onClose={() => void setState({ bars: null })} />
      {asking && chosen.size > 0 && (
        <RequestOverrideDialog
          gateways={[...chosen.values()].map((row) => ({ id: row.gatewayId, siteId: siteIdOf(row), name: row.name }))}
          constraint={state.reason === 'offline' ? undefined : (state.reason ?? undefined)}
          operation="O3"
          jobId={null}
          onClose={() => setAsking(false)}
          onSent={() => setChosen(new Map())}
        />
      )}
    </>
  );
}
