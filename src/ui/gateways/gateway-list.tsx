'use client';
/** Every gateway: filtered and sorted by the server, read page by page, drawn only where one looks. */
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useQueryStates } from 'nuqs';
import { useCallback, useDeferredValue } from 'react';
import { ExportButton } from '../csv/export-button';
import { Button } from '../kit/button';
import type { SortState } from '../kit/data-table';
import { ListSection, useRows } from '../kit/list-section';
import { PageHeader } from '../kit/page-header';
import { EmptyState } from '../kit/states';
import { useTRPC, useTRPCClient } from '../trpc/client';
import { GATEWAY_COLUMNS } from './gateway-columns';
import { GatewayFilters } from './gateway-filters';
import { GATEWAYS_CSV } from './gateways-csv';
import { activeFilters, browseInput, type ListState, listParsers } from './list-state';
import { SavedViews } from './saved-views';

type Cursor = { key: string; name: string };
/** Rows per read while exporting. */
const EXPORT_ROWS = 500;

export function GatewayList() {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const [state, setState] = useQueryStates(listParsers, { history: 'replace' });
  const wanted = useDeferredValue(state);
  const query = useInfiniteQuery(
    trpc.gateways.browse.infiniteQueryOptions(browseInput(wanted), {
      getNextPageParam: (page) => page.nextCursor,
      placeholderData: keepPreviousData,
    }),
  );
  const rows = useRows(query.data);
  const total = query.data?.pages[0]?.total ?? rows.length;
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
            <ExportButton
              what="gateways"
              columns={GATEWAYS_CSV}
              read={(cursor: Cursor | null) => client.gateways.browse.query({ ...browseInput(state), limit: EXPORT_ROWS, cursor })}
              disabled={total === 0}
            />
          </>
        }
      />
      <GatewayFilters state={state} onChange={(next) => void setState(next)} onClear={clear} />
      <ListSection
        label="Gateways"
        query={query}
        rows={rows}
        columns={GATEWAY_COLUMNS}
        rowKey={(row) => row.id}
        loading="Loading gateways"
        failed="The list could not be read"
        empty={<NoRows filtered={activeFilters(state) > 0} onClear={clear} />}
        total={total}
        sort={{ by: state.sort, desc: state.desc }}
        onSort={onSort}
        outdated={outdated}
      />
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
