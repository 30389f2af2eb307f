'use client';
/** Every gateway: filtered and sorted by the server, read page by page, drawn only where one looks. */
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useQueryStates } from 'nuqs';
import { useCallback, useDeferredValue, useMemo } from 'react';
import { Button } from '../kit/button';
import { cx } from '../kit/class-names';
import { DataTable, type SortState } from '../kit/data-table';
import { PageHeader } from '../kit/page-header';
import { QueryState } from '../kit/query-state';
import { EmptyState } from '../kit/states';
import { useTRPC } from '../trpc/client';
import { ExportButton } from './export-button';
import { GATEWAY_COLUMNS, type GatewayRow } from './gateway-columns';
import { GatewayFilters } from './gateway-filters';
import { activeFilters, browseInput, type ListState, listParsers } from './list-state';
import { SavedViews } from './saved-views';

const NO_ROWS: GatewayRow[] = [];

export function GatewayList() {
  const trpc = useTRPC();
  const [state, setState] = useQueryStates(listParsers, { history: 'replace' });
  const wanted = useDeferredValue(state);
  const query = useInfiniteQuery(
    trpc.gateways.browse.infiniteQueryOptions(browseInput(wanted), {
      getNextPageParam: (page) => page.nextCursor,
      placeholderData: keepPreviousData,
    }),
  );
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.rows) ?? NO_ROWS, [query.data]);
  const total = query.data?.pages[0]?.total ?? rows.length;
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = query;
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, hasNextPage, isFetchingNextPage]);
  const onSort = useCallback((sort: SortState) => void setState({ sort: sort.by as ListState['sort'], desc: sort.desc }), [setState]);
  const clear = () => void setState(null);
  const outdated = query.isPlaceholderData || wanted !== state;
  return (
    <>
      <PageHeader
        title="Gateways"
        lead={
          <span aria-live="polite" className="tabular">
            {query.data
              ? `${total.toLocaleString('en-GB')} ${activeFilters(state) > 0 ? 'match' : 'in all'}`
              : query.isError
                ? 'Number not known'
                : 'Counting …'}
          </span>
        }
        actions={
          <>
            <SavedViews state={state} onOpen={(view) => void setState(view)} />
            <ExportButton input={browseInput(state)} total={total} />
          </>
        }
      />
      <GatewayFilters state={state} onChange={(next) => void setState(next)} onClear={clear} />
      <section
        aria-label="Gateway list"
        className="flex max-h-[max(24rem,calc(100dvh-15.25rem))] min-h-96 flex-1 flex-col overflow-hidden rounded-lg border border-line bg-surface max-md:max-h-[max(24rem,calc(100dvh-17.75rem))]"
      >
        <QueryState query={query} loading="Loading gateways" rows={14} failed="The list could not be read" />
        {query.data && (
          <DataTable
            label="Gateways"
            columns={GATEWAY_COLUMNS}
            rows={rows}
            rowKey={(row) => row.id}
            total={total}
            sort={{ by: state.sort, desc: state.desc }}
            onSort={onSort}
            onEnd={onEnd}
            loadingMore={isFetchingNextPage}
            className={cx('min-h-0 flex-1', outdated && 'opacity-60')}
            empty={<NoRows filtered={activeFilters(state) > 0} onClear={clear} />}
          />
        )}
      </section>
    </>
  );
}

function NoRows({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  if (!filtered)
    return (
      <EmptyState title="No gateway yet">
        Run “npx fairlead site add” for its site, then “npx fairlead enroll --create” for the first device; it appears here when it
        connects.
      </EmptyState>
    );
  return (
    <EmptyState title="No gateway matches" action={<Button onClick={onClear}>Clear the filters</Button>}>
      Take a filter away, or try a shorter part of a name.
    </EmptyState>
  );
}
